(() => {
  'use strict';
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const on = (target, events, act) => events.split(' ').forEach(event => target.addEventListener(event, act));
  const byId = id => document.getElementById(id);
  const within = (text, word) => text.toLowerCase().includes(word);

  // Tooltips: a mark's label, or data-tip, beside the pointer or under the focused element.
  const tip = byId('tip');
  on(document, 'pointermove pointerdown focusin', event => {
    const target = event.target.closest?.('.hit,[data-tip]');
    tip.hidden = !target;
    if (!target) return;
    tip.textContent = target.dataset.tip || target.getAttribute('aria-label');
    const box = target.getBoundingClientRect(), x = event.clientX || box.left, y = event.clientY || box.bottom;
    tip.style.left = Math.max(8, Math.min(x + 14, innerWidth - tip.offsetWidth - 8)) + 'px';
    tip.style.top = Math.max(8, y + 18 + tip.offsetHeight > innerHeight ? y - tip.offsetHeight - 10 : y + 18) + 'px';
  });
  document.addEventListener('scroll', () => { tip.hidden = true; }, true);
  on(document, 'keydown', event => { if (event.key === 'Escape') tip.hidden = true; });

  // Tables: sort by heading, search, page, download.
  const raw = cell => 'v' in cell.dataset ? cell.dataset.v : cell.textContent.trim();
  function compare(a, b) {
    if (a === '' || b === '') return a === b ? 0 : a === '' ? 2 : -2;
    const x = Number(a), y = Number(b);
    if (!isNaN(x) && !isNaN(y)) return Math.sign(x - y);
    return Math.sign(a.localeCompare(b));
  }
  function csvCell(text) {
    // A spreadsheet runs what begins like a formula; numbers may keep their sign.
    if (/^[=+\-@\t\r]/.test(text) && isNaN(Number(text))) text = "'" + text;
    return /[",\n\r]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
  }
  function table(figure) {
    const body = figure.querySelector('tbody'), rows = all('tbody tr:not(.group,.subtotal)', figure), size = +figure.dataset.rows;
    const pager = figure.querySelector('.pager');
    const buttons = all('button', pager), headings = all('thead tr:last-child th', figure), csv = figure.querySelector('.csv');
    // The table's own search looks at whole rows, a text of the page at one cell.
    const { by, cell } = figure.dataset, boxes = [...all('input[type=search]', figure), ...all('[data-text]').filter(box => box.dataset.text === by)];
    let page = 0;
    function draw() {
      const found = rows.filter(row => boxes.every(box => within((box.dataset.text ? row.cells[cell] : row).textContent, box.value.trim().toLowerCase())));
      const pages = size && Math.ceil(found.length / size) || 1;
      page = Math.min(page, pages - 1);
      rows.forEach(row => { row.hidden = true; });
      found.forEach((row, i) => { row.hidden = size && Math.floor(i / size) !== page; });
      pager.hidden = pages < 2 && found.length === rows.length;
      pager.querySelector('span').textContent = 'Page ' + (page + 1) + ' of ' + pages + ' · ' + found.length + (found.length === 1 ? ' row' : ' rows');
      buttons[0].disabled = !page;
      buttons[1].disabled = page === pages - 1;
    }
    buttons.forEach((button, i) => on(button, 'click', () => { page += i ? 1 : -1; draw(); }));
    boxes.forEach(box => on(box, 'input', () => { page = 0; draw(); }));
    headings.forEach((heading, column) => all('button', heading).forEach(button => on(button, 'click', () => {
      const before = heading.getAttribute('aria-sort');
      const down = before ? before === 'ascending' : heading.classList.contains('right');
      headings.forEach(other => other.removeAttribute('aria-sort'));
      heading.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      rows.sort((a, b) => {
        const order = compare(raw(a.cells[column]), raw(b.cells[column]));
        return Math.abs(order) > 1 ? order : down ? -order : order;
      });
      body.append(...rows);
      draw();
    })));
    if (csv) on(csv, 'click', () => {
      // Before the cells what the rows are grouped by, if no column says it.
      const line = (part, cells) => part.dataset.group ? [part.dataset.group, ...cells] : cells;
      const lines = [line(figure, headings.map(raw)), ...rows.map(row => line(row.parentNode, [...row.cells].map(raw)))];
      const text = '\ufeff' + lines.map(line => line.map(csvCell).join(',')).join('\r\n');
      const link = document.createElement('a'), title = figure.querySelector('.caption');
      link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
      link.download = (title?.textContent || 'table').toLowerCase().replace(/[^a-z0-9]+/g, '-') + '.csv';
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    });
    draw();
  }
  function tabs(root) {
    const buttons = all('[role=tab]', root), panels = all('[role=tabpanel]', root);
    const choose = index => buttons.forEach((button, i) => {
      button.setAttribute('aria-selected', i === index);
      button.tabIndex = i === index ? 0 : -1;
      panels[i].hidden = i !== index;
    });
    buttons.forEach((button, i) => {
      on(button, 'click', () => choose(i));
      on(button, 'keydown', event => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        const next = (i + step + buttons.length) % buttons.length;
        choose(next);
        buttons[next].focus();
      });
    });
    choose(0);
  }
  function setUp(root) {
    all('figure.table', root).forEach(table);
    all('.tabs', root).forEach(tabs);
  }
  setUp();

  // Inputs: every state of the page is in it; choosing puts the blocks of that state in place.
  const chosen = {}, key = input => input.type === 'checkbox' ? String(Number(input.checked)) : input.value;
  const read = input => { if (input.type !== 'radio' || input.checked) chosen[input.dataset.input] = key(input); };
  function write(input) {
    const value = chosen[input.dataset.input];
    if (input.type === 'checkbox') input.checked = value === '1';
    else if (input.type === 'radio') input.checked = value === input.value;
    else input.value = value;
  }
  all('[data-input]').forEach(read);
  on(document, 'change', event => {
    const input = event.target, name = input.dataset.input;
    if (!name) return;
    read(input);
    const state = Object.keys(chosen).sort().map(each => chosen[each]).join('.');
    all('template.states').forEach(states => {
      const kept = all('template', states.content), next = kept.find(each => each.dataset.for.split(' ').includes(state));
      const now = states.shown || kept.find(each => 'shown' in each.dataset);
      if (!next || next === now) return;
      while (states.nextSibling.nodeName !== 'TEMPLATE') now.content.append(states.nextSibling);
      if (!next.ready) setUp(next.content);
      next.ready = now.ready = true;
      states.after(next.content);
      states.shown = next;
    });
    all('[data-input]').forEach(each => {
      write(each);
      if (each.dataset.input === name && key(each) === key(input) && !input.isConnected) each.focus();
    });
  });

  // Search over pages: every word must occur; a page with the words in its title comes first.
  const find = byId('find'), found = byId('found');
  if (find) {
    const data = byId('pages');
    const add = (tag, text, parent) => {
      const made = document.createElement(tag);
      made.textContent = text;
      parent.append(made);
      return made;
    };
    find.hidden = false;
    on(find, 'input', () => {
      const words = find.value.toLowerCase().split(/\s+/).filter(Boolean), has = text => words.every(word => within(text, word));
      const hits = JSON.parse(data.textContent).filter(page => has(page.join(' '))).sort((a, b) => has(b[0]) - has(a[0]));
      found.hidden = !words.length;
      found.textContent = '';
      hits.slice(0, 9).forEach(page => {
        const link = add('a', page[0], found), word = page[3].split(' · ').find(text => words.some(word => within(text, word)));
        link.href = data.dataset.root + '/' + page[1].split('/').map(encodeURIComponent).join('/');
        add('span', [page[2], has(page[0]) ? '' : word].filter(Boolean).join(' · '), link);
      });
      if (!hits.length || hits.length > 9) add('p', hits.length ? hits.length - 9 + ' more' : 'No page found', found);
    });
    on(find.parentNode, 'keydown', event => {
      const links = all('a', found), step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (event.key === 'Escape') { found.hidden = true; find.focus(); }
      if (!step || !links.length) return;
      event.preventDefault();
      (links[links.indexOf(document.activeElement) + step] || find).focus();
    });
    on(document, 'click', event => { found.hidden = found.hidden || !find.parentNode.contains(event.target); });
  }

  // A link to a folded query opens it; printing opens all folds.
  function unfold() {
    const target = location.hash.length > 1 && byId(location.hash.slice(1));
    if (target && target.tagName === 'DETAILS') target.open = true;
  }
  on(window, 'hashchange', unfold);
  unfold();
  let closed = [];
  on(window, 'beforeprint', () => {
    closed = all('details:not([open])').filter(each => !each.closest('.queries') && !each.classList.contains('data'));
    closed.forEach(each => { each.open = true; });
  });
  on(window, 'afterprint', () => closed.forEach(each => { each.open = false; }));

  // The page itself does not change; only its reader's clock can tell that it has grown old.
  const age = byId('age'), days = Math.floor((Date.now() - Date.parse(age.dataset.published + 'Z')) / 864e5);
  if (days > Number(age.dataset.days)) {
    age.textContent = 'This page was published ' + days.toLocaleString('en') + ' days ago. Newer data may exist.';
    age.hidden = false;
  }
})();
