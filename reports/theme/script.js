(function () {
  'use strict';
  var all = function (selector, root) { return Array.prototype.slice.call((root || document).querySelectorAll(selector)); };

  // Tooltips: a mark's label, or data-tip, beside the pointer or under the focused element.
  var tip = document.getElementById('tip');
  function place(x, y) {
    tip.style.left = Math.max(8, Math.min(x + 14, innerWidth - tip.offsetWidth - 8)) + 'px';
    tip.style.top = Math.max(8, y + 18 + tip.offsetHeight > innerHeight ? y - tip.offsetHeight - 10 : y + 18) + 'px';
  }
  function show(event) {
    var target = event.target.closest && event.target.closest('.hit,[data-tip]');
    tip.hidden = !target;
    if (!target) return;
    tip.textContent = target.getAttribute('data-tip') || target.getAttribute('aria-label');
    var box = target.getBoundingClientRect();
    place(event.clientX || box.left, event.clientY || box.bottom);
  }
  document.addEventListener('pointermove', show);
  document.addEventListener('pointerdown', show);
  document.addEventListener('focusin', show);
  document.addEventListener('scroll', function () { tip.hidden = true; }, true);
  document.addEventListener('keydown', function (event) { if (event.key === 'Escape') tip.hidden = true; });

  // Tables: sort by heading, search, page, download.
  function raw(cell) { return cell.hasAttribute('data-v') ? cell.getAttribute('data-v') : cell.textContent.trim(); }
  function compare(a, b) {
    if (a === '' || b === '') return a === b ? 0 : a === '' ? 2 : -2;
    var x = Number(a), y = Number(b);
    if (!isNaN(x) && !isNaN(y)) return Math.sign(x - y);
    return a.localeCompare(b) < 0 ? -1 : a === b ? 0 : 1;
  }
  function csvCell(text) {
    // A spreadsheet runs what begins like a formula; numbers may keep their sign.
    if (/^[=+\-@\t\r]/.test(text) && isNaN(Number(text))) text = "'" + text;
    return /[",\n\r]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
  }
  all('figure.table').forEach(function (figure) {
    var body = figure.querySelector('tbody'), rows = all('tr', body), size = Number(figure.dataset.rows), page = 0;
    var search = figure.querySelector('input[type=search]'), pager = figure.querySelector('.pager');
    var buttons = all('button', pager), headings = all('thead tr:last-child th', figure);
    function draw() {
      var wanted = search ? search.value.trim().toLowerCase() : '';
      var found = rows.filter(function (row) { return row.textContent.toLowerCase().indexOf(wanted) >= 0; });
      var pages = size ? Math.max(1, Math.ceil(found.length / size)) : 1;
      page = Math.min(page, pages - 1);
      rows.forEach(function (row) { row.hidden = true; });
      found.forEach(function (row, i) { row.hidden = size > 0 && (i < page * size || i >= (page + 1) * size); });
      pager.hidden = pages < 2 && !wanted;
      pager.querySelector('span').textContent = 'Page ' + (page + 1) + ' of ' + pages + ' · ' + found.length + (found.length === 1 ? ' row' : ' rows');
      buttons[0].disabled = page === 0;
      buttons[1].disabled = page === pages - 1;
    }
    buttons.forEach(function (button, i) { button.addEventListener('click', function () { page += i ? 1 : -1; draw(); }); });
    if (search) search.addEventListener('input', function () { page = 0; draw(); });
    headings.forEach(function (heading, column) {
      var button = heading.querySelector('button');
      if (button) button.addEventListener('click', function () {
        var numeric = heading.classList.contains('right'), before = heading.getAttribute('aria-sort');
        var down = before ? before === 'ascending' : numeric;
        headings.forEach(function (other) { other.removeAttribute('aria-sort'); });
        heading.setAttribute('aria-sort', down ? 'descending' : 'ascending');
        rows.sort(function (a, b) {
          var order = compare(raw(a.cells[column]), raw(b.cells[column]));
          return Math.abs(order) > 1 ? order : down ? -order : order;
        });
        rows.forEach(function (row) { body.appendChild(row); });
        draw();
      });
    });
    var csv = figure.querySelector('.csv');
    if (csv) csv.addEventListener('click', function () {
      var lines = [headings.map(function (heading) { return heading.textContent.trim(); })];
      rows.forEach(function (row) { lines.push(Array.prototype.map.call(row.cells, raw)); });
      var text = '\ufeff' + lines.map(function (line) { return line.map(csvCell).join(','); }).join('\r\n');
      var link = document.createElement('a'), title = figure.querySelector('.caption');
      link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
      link.download = (title ? title.textContent : 'table').toLowerCase().replace(/[^a-z0-9]+/g, '-') + '.csv';
      link.click();
      setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
    });
    draw();
  });

  all('.tabs').forEach(function (tabs) {
    var buttons = all('[role=tab]', tabs), panels = all('[role=tabpanel]', tabs);
    function choose(index) {
      buttons.forEach(function (button, i) {
        button.setAttribute('aria-selected', i === index);
        button.tabIndex = i === index ? 0 : -1;
        panels[i].hidden = i !== index;
      });
    }
    buttons.forEach(function (button, i) {
      button.addEventListener('click', function () { choose(i); });
      button.addEventListener('keydown', function (event) {
        var step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        var next = (i + step + buttons.length) % buttons.length;
        choose(next);
        buttons[next].focus();
      });
    });
    choose(0);
  });

  // Search over pages: every word must occur; a page with a word in its title comes first.
  var find = document.getElementById('find'), found = document.getElementById('found');
  if (find) {
    var data = document.getElementById('pages'), pages = JSON.parse(data.textContent);
    var add = function (tag, text, parent) {
      var made = parent.appendChild(document.createElement(tag));
      made.textContent = text;
      return made;
    };
    find.hidden = false;
    find.addEventListener('input', function () {
      var words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
      var has = function (text) { return words.every(function (word) { return text.toLowerCase().indexOf(word) >= 0; }); };
      var hits = pages.filter(function (page) { return has(page.join(' ')); });
      hits = hits.filter(function (page) { return has(page[0]); }).concat(hits.filter(function (page) { return !has(page[0]); }));
      found.hidden = !words.length;
      found.textContent = '';
      hits.slice(0, 9).forEach(function (page) {
        var link = add('a', page[0], found);
        link.href = data.dataset.root + '/' + page[1].split('/').map(encodeURIComponent).join('/');
        var word = page[3].split(' · ').filter(function (text) { return words.some(function (word) { return text.toLowerCase().indexOf(word) >= 0; }); })[0];
        add('span', [page[2], has(page[0]) ? '' : word].filter(Boolean).join(' · '), link);
      });
      if (hits.length !== Math.min(hits.length, 9) || !hits.length) add('p', hits.length ? hits.length - 9 + ' more' : 'No page found', found);
    });
    find.parentNode.addEventListener('keydown', function (event) {
      var links = all('a', found), step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (event.key === 'Escape') { found.hidden = true; find.focus(); }
      if (!step || !links.length) return;
      event.preventDefault();
      (links[links.indexOf(document.activeElement) + step] || find).focus();
    });
    document.addEventListener('click', function (event) { if (!find.parentNode.contains(event.target)) found.hidden = true; });
  }

  // A link to a folded query opens it; printing opens all folds.
  function unfold() {
    var target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (target && target.tagName === 'DETAILS') target.open = true;
  }
  addEventListener('hashchange', unfold);
  unfold();
  var closed = [];
  addEventListener('beforeprint', function () {
    closed = all('details:not([open])').filter(function (each) { return !each.closest('.queries') && !each.classList.contains('data'); });
    closed.forEach(function (each) { each.open = true; });
  });
  addEventListener('afterprint', function () { closed.forEach(function (each) { each.open = false; }); });

  // The page itself does not change; only its reader's clock can tell that it has grown old.
  var age = document.getElementById('age'), published = Date.parse(age.dataset.published + 'Z');
  var days = Math.floor((Date.now() - published) / 864e5);
  if (days > Number(age.dataset.days)) {
    age.textContent = 'This page was published ' + days.toLocaleString('en') + ' days ago. Newer data may exist.';
    age.hidden = false;
  }
})();
