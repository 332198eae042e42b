// A table of records as one component: fifty rows of NiceGUI's own elements would cost more than the query behind them.
// Rows are data; Vue changes what differs, so that the focus and a half-typed cell stay. What a person does is emitted and
// decided by the server. Roles are spelled out because a narrow screen shows each row as a card (`display` takes them away).
export default {
  props: {
    caption: String, // the table's name
    columns: Array, // of {key, label, sorts, edits: null | "text" | "dialog"}
    rows: Array, // of {id, name, href, cells: {key: cell}, tone, fixed}; a cell is a text or {text, href, chips, note, tone, value, actions}
    sort: Object, // {key, descending}
    pager: Object, // {previous, next, words} or null
    selects: Boolean,
    chosen: Array, // ids that are selected, as the server knows them
    empty: String,
    busy: Boolean,
  },
  emits: ["sort", "move", "choose", "edit", "act"],
  data() {
    return { editing: null, draft: "", waiting: false, error: "", picked: new Set(this.chosen ?? []) };
  },
  watch: {
    chosen(ids) {
      this.picked = new Set(ids ?? []);
    },
  },
  computed: {
    allPicked() {
      return this.rows.length > 0 && this.rows.every((row) => row.fixed || this.picked.has(row.id));
    },
    somePicked() {
      return !this.allPicked && this.rows.some((row) => this.picked.has(row.id));
    },
  },
  methods: {
    cellOf(row, column) {
      const cell = row.cells[column.key];
      return cell !== null && typeof cell === "object" ? cell : { text: cell ?? "" };
    },
    ariaSort(column) {
      if (!column.sorts) return null;
      if (this.sort?.key !== column.key) return "none";
      return this.sort.descending ? "descending" : "ascending";
    },
    pick(ids, on) {
      const picked = new Set(this.picked);
      for (const id of ids) on ? picked.add(id) : picked.delete(id);
      this.picked = picked;
      this.$emit("choose", [...picked]);
    },
    isEditing(row, column) {
      return this.editing?.id === row.id && this.editing.key === column.key;
    },
    edit(row, column) {
      if (column.edits === "dialog") return this.$emit("edit", { id: row.id, key: column.key, value: null });
      const cell = this.cellOf(row, column);
      this.editing = { id: row.id, key: column.key };
      this.draft = cell.value ?? cell.text;
      this.error = "";
      this.waiting = false;
      this.$nextTick(() => this.$el.querySelector(".nc-cell-input")?.focus());
    },
    save() {
      if (this.waiting || !this.editing) return;
      const row = this.rows.find((each) => each.id === this.editing.id);
      const cell = row && this.cellOf(row, this.editing);
      if (cell && this.draft === (cell.value ?? cell.text)) return this.leave();
      this.waiting = true;
      this.$emit("edit", { ...this.editing, value: this.draft });
    },
    leave() {
      const was = this.editing;
      this.editing = null;
      if (was) this.$nextTick(() => document.getElementById(this.cellId(was.id, was.key))?.focus());
    },
    cellId(id, key) {
      return `nc-cell-${id}-${key}`;
    },
    // Called by the server: what was typed is kept, or not.
    accepted(id, key) {
      if (this.editing?.id === id && this.editing.key === key) this.leave();
    },
    refused(id, key, message) {
      if (this.editing?.id !== id || this.editing.key !== key) return;
      this.waiting = false;
      this.error = message;
      this.$nextTick(() => this.$el.querySelector(".nc-cell-input")?.focus());
    },
    blurred() {
      // Who clicks elsewhere has finished, unless it was refused: then what was typed stays in sight.
      setTimeout(() => {
        if (this.editing && !this.waiting && !this.error && !this.$el.querySelector(".nc-cell-edit")?.contains(document.activeElement)) this.save();
      });
    },
  },
  template: `
    <div class="nc-records" :aria-busy="busy ? 'true' : null">
      <table class="nc-records__table" role="table" :aria-label="caption">
        <thead role="rowgroup">
          <tr role="row">
            <th v-if="selects" role="columnheader" scope="col" class="nc-records__pick">
              <input class="nc-checkbox" type="checkbox" :checked="allPicked" :indeterminate="somePicked" :disabled="!rows.length"
                aria-label="Select all on this page" @change="pick(rows.filter((row) => !row.fixed).map((row) => row.id), $event.target.checked)" />
            </th>
            <th v-for="column in columns" :key="column.key" role="columnheader" scope="col" :aria-sort="ariaSort(column)">
              <button v-if="column.sorts" class="nc-sort" type="button" @click="$emit('sort', column.key)">{{ column.label }}<span class="nc-sort__mark" aria-hidden="true"></span></button>
              <span v-else :class="column.label ? null : 'nc-hidden'">{{ column.label || "Actions" }}</span>
            </th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          <tr v-for="row in rows" :key="row.id" role="row" :class="picked.has(row.id) ? 'nc-records__row nc-records__row--picked' : 'nc-records__row'">
            <td v-if="selects" role="cell" class="nc-records__pick">
              <input v-if="!row.fixed" class="nc-checkbox" type="checkbox" :checked="picked.has(row.id)" :aria-label="'Select ' + row.name"
                @change="pick([row.id], $event.target.checked)" />
            </td>
            <component :is="at === 0 ? 'th' : 'td'" v-for="(column, at) in columns" :key="column.key" :role="at === 0 ? 'rowheader' : 'cell'"
              :scope="at === 0 ? 'row' : null" :data-label="column.label" :class="'nc-records__cell nc-records__cell--' + column.key">
              <div v-if="isEditing(row, column)" class="nc-cell-edit" @focusout="blurred">
                <input class="nc-input nc-cell-input" type="text" v-model="draft" :aria-label="column.label + ' of ' + row.name" maxlength="1000"
                  :aria-invalid="error ? 'true' : null" :aria-busy="waiting ? 'true' : null" @keydown.enter.prevent="save" @keydown.esc.prevent.stop="leave" />
                <button class="nc-button nc-button--quiet nc-button--small" type="button" @click="save">Save</button>
                <p class="nc-error" role="alert">{{ error }}</p>
              </div>
              <div v-else class="nc-cell">
                <a v-if="cellOf(row, column).href" class="nc-link" :href="cellOf(row, column).href">{{ cellOf(row, column).text }}</a>
                <span v-else-if="cellOf(row, column).text" :class="cellOf(row, column).tone ? 'nc-chip nc-chip--' + cellOf(row, column).tone : null">{{ cellOf(row, column).text }}</span>
                <span v-if="cellOf(row, column).chips?.length" class="nc-chips" role="list">
                  <span v-for="chip in cellOf(row, column).chips" :key="chip" class="nc-chip" role="listitem">{{ chip }}</span>
                </span>
                <span v-if="cellOf(row, column).note" class="nc-records__note">{{ cellOf(row, column).note }}</span>
                <span v-if="!cellOf(row, column).text && !cellOf(row, column).chips?.length && !cellOf(row, column).actions?.length" class="nc-muted" aria-hidden="true">–</span>
                <button v-if="column.edits && !row.fixed" :id="cellId(row.id, column.key)" class="nc-icon-button nc-icon--pen nc-records__edit" type="button"
                  @click="edit(row, column)"><span class="nc-hidden">Edit {{ column.label.toLowerCase() }} of {{ row.name }}</span></button>
                <span v-if="cellOf(row, column).actions?.length" class="nc-records__actions">
                  <button v-for="action in cellOf(row, column).actions" :key="action.key" type="button"
                    :class="'nc-button nc-button--small nc-button--' + (action.kind ?? 'quiet')" @click="$emit('act', { id: row.id, key: action.key })">{{ action.text }}<span class="nc-hidden">&nbsp;{{ row.name }}</span></button>
                </span>
              </div>
            </component>
          </tr>
        </tbody>
      </table>
      <p v-if="!rows.length" class="nc-records__empty">{{ empty }}</p>
      <nav v-if="pager" class="nc-pager" :aria-label="'Pages of ' + caption">
        <p class="nc-pager__words" role="status">{{ pager.words }}</p>
        <div class="nc-row">
          <button class="nc-button nc-button--plain nc-button--small" type="button" :aria-disabled="pager.previous ? null : 'true'" @click="pager.previous && $emit('move', 'first')">First</button>
          <button class="nc-button nc-button--plain nc-button--small" type="button" :aria-disabled="pager.previous ? null : 'true'" @click="pager.previous && $emit('move', 'previous')">Previous</button>
          <button class="nc-button nc-button--plain nc-button--small" type="button" :aria-disabled="pager.next ? null : 'true'" @click="pager.next && $emit('move', 'next')">Next</button>
        </div>
      </nav>
    </div>
  `,
};
