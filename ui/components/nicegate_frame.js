// The place of the page, and above it what is said about the page as a whole. `nc-said` is filled by shell.js.
export default {
  props: { warning: String, notice: String },
  template: `
    <div class="nc-main">
      <p id="nc-said" class="nc-alert nc-alert--error" role="alert"></p>
      <p v-if="warning" class="nc-alert nc-alert--warning" role="note">{{ warning }}</p>
      <p class="nc-alert nc-alert--info" role="status">{{ notice }}</p>
      <slot></slot>
    </div>
  `,
};
