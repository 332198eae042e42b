// The header as one component: sixty elements of NiceGUI's would cost more than the page below them. What it shows are
// props; when they change, Vue changes what differs, so that focus and open menus stay. Behaviour: ui/static/shell.js.
export default {
  inheritAttrs: false, // two roots: the way past the header stands before it
  props: {
    brand: String,
    rules: String, // the site's own style rules, which the document's head holds
    mark: String, // path of the brand mark, in a box of 24 by 24
    pages: Array, // of {path, title, icon}: what the navigation offers
    current: String, // path of the open page, or null
    person: Object, // {email, name, initial, admin} of who is signed in, or null
    ways: Object, // {login, signup}: the ways in, or null where the page itself is one; signup is null where it is closed
  },
  watch: {
    rules(rules) {
      const style = document.getElementById("nc-site");
      if (style) style.textContent = rules;
    },
  },
  template: `
    <a class="nc-skip" href="#nc-main" data-nc-skip>Skip to content</a>
    <header class="nc-header">
      <div class="nc-header__bar">
        <a class="nc-brand" href="/">
          <svg class="nc-mark nc-brand__mark" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path :d="mark" /></svg>
          <span class="nc-brand__name">{{ brand }}</span>
        </a>
        <button v-if="pages.length" class="nc-icon-button nc-icon--menu nc-nav-button" type="button" aria-expanded="false"
          aria-controls="nc-nav" data-nc-nav><span class="nc-hidden">Menu</span></button>
        <nav v-if="pages.length" id="nc-nav" class="nc-nav" aria-label="Main">
          <ul class="nc-nav__list">
            <li v-for="page in pages" :key="page.path">
              <a class="nc-nav__link" :href="page.path" :aria-current="page.path === current ? 'page' : null">
                <span v-if="page.icon" class="nc-nav__icon material-icons" :data-icon="page.icon" aria-hidden="true"></span>
                <span>{{ page.title }}</span>
              </a>
            </li>
          </ul>
        </nav>
        <div class="nc-header__end">
          <div class="nc-anchor">
            <button id="nc-theme-button" class="nc-icon-button nc-icon--theme" type="button" aria-haspopup="menu"
              aria-expanded="false" aria-controls="nc-theme-popup" data-nc-menu><span class="nc-hidden">Theme</span></button>
            <div id="nc-theme-popup" class="nc-popup" hidden data-nc-popup>
              <div class="nc-menu" role="menu" aria-labelledby="nc-theme-button">
                <button class="nc-menuitem nc-icon--sun" type="button" role="menuitemradio" aria-checked="false" tabindex="-1"
                  data-nc-theme="light">Light</button>
                <button class="nc-menuitem nc-icon--moon" type="button" role="menuitemradio" aria-checked="false" tabindex="-1"
                  data-nc-theme="dark">Dark</button>
                <button class="nc-menuitem nc-icon--screen" type="button" role="menuitemradio" aria-checked="false" tabindex="-1"
                  data-nc-theme="system">System</button>
              </div>
            </div>
          </div>
          <div v-if="person" class="nc-anchor" :key="person.email">
            <button id="nc-account-button" class="nc-account-button" type="button" aria-haspopup="menu" aria-expanded="false"
              aria-controls="nc-account-popup" data-nc-menu>
              <span class="nc-avatar" :data-letter="person.initial" aria-hidden="true"></span>
              <span class="nc-account-button__email">{{ person.email }}</span>
            </button>
            <div id="nc-account-popup" class="nc-popup" hidden data-nc-popup>
              <div class="nc-popup__head">
                <p v-if="person.name" class="nc-popup__name">{{ person.name }}</p>
                <p class="nc-popup__email">{{ person.email }}</p>
              </div>
              <div class="nc-menu" role="menu" aria-labelledby="nc-account-button">
                <a class="nc-menuitem nc-icon--user" role="menuitem" tabindex="-1" href="/profile">Profile</a>
                <a v-if="person.admin" class="nc-menuitem nc-icon--shield" role="menuitem" tabindex="-1" href="/admin">Admin</a>
                <form class="nc-menu__form" role="none" method="post" action="/auth/sign-out" data-nc-form data-nc-leaves
                  data-nc-unreachable="You are still signed in: the server could not be reached. Try again.">
                  <button class="nc-menuitem nc-icon--out" type="submit" role="menuitem" tabindex="-1">Sign out</button>
                </form>
              </div>
            </div>
          </div>
          <div v-else-if="ways" class="nc-ways">
            <a class="nc-button nc-button--quiet" :href="ways.login">Sign in</a>
            <a v-if="ways.signup" class="nc-button nc-button--primary" :href="ways.signup">Sign up</a>
          </div>
        </div>
      </div>
    </header>
  `,
};
