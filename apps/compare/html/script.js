'use strict';
// Draws the report. Whatever it says is put into the page as text, never as markup.
(() => {
  const report = JSON.parse(document.getElementById('report').textContent);
  const at = id => document.getElementById(id);

  // element('td', {class: 'x', onclick: f}, 'text', anotherElement)
  function element(name, attributes, ...children) {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (value === undefined || value === false) continue;
      if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
      else made.setAttribute(key, value === true ? '' : value);
    }
    made.append(...children.filter(child => child !== undefined && child !== ''));
    return made;
  }

  const rows = report.groups.flatMap(group => group.rows);
  const columns = report.columns.map((column, index) => ({...column, index}));
  const unique = words => [...new Set(words)];
  const systems = unique(columns.map(column => column.system));
  const engines = unique(columns.map(column => column.engine));
  const what = report.of;  // what the columns are: engines, or the models of a server
  const named = report.groups.filter(group => group.name !== '');
  const counted = (number, word) => `${number} ${word}${number === 1 ? '' : 's'}`;
  const isObserved = cell => cell !== null && cell.outcome !== 'n/a';

  // What a word says, whichever system says it. The style gives each meaning a colour and a shape, beside the word.
  const meanings = {
    good: ['it worked', 'works whole data ready writable same served its-connection'],
    part: ['a part of it, or otherwise than asked', 'partial truncated unusable too-much ignored early late differs'],
    wait: ['nothing yet, or it took too long', 'pending blocks would-block timed-out quiet nothing none-pending waits'],
    over: ['ended in order', 'end closed canceled hang-up drains ends'],
    gone: ['the connection or its data is lost', 'refused reset aborted broken-pipe lost data-lost corrupt reordered ' +
      'missing killed interrupted error unreachable other-error failed hang crash others-too'],
    rule: ['not allowed, or not there', 'in-progress invalid unsupported denied in-use not-available unavailable ' +
      'not-a-socket no-option bad-address unconnected connected message-size not-found too-many-files one-at-a-time no-ipv6'],
  };
  const meaningOf = new Map(Object.entries(meanings)
    .flatMap(([name, [, words]]) => words.split(' ').map(word => [word, name])));

  // Several outcomes are joined by "+", where a line may break.
  function breakable(outcome) {
    return outcome.split('+').flatMap((part, i) => {
      const meaning = meaningOf.get(part);
      const word = element('span', {class: meaning ? 'word ' + meaning : 'word'}, part);
      return i > 0 ? ['+', element('wbr'), word] : [word];
    });
  }

  const signs = {
    broken: ['!', 'outside of the contract'],
    known: ['~', 'a known deviation of that system'],
    other: ['\u2260', 'other than most engines'],
  };

  // What is seen among these columns: what most engines say, whether engines differ, and whether systems' own calls do.
  function look(row, shown) {
    const counts = new Map();
    const natives = new Set();
    let marked = false;
    for (const column of shown) {
      const cell = row.cells[column.index];
      if (!isObserved(cell)) continue;
      if (column.native) {
        natives.add(cell.outcome);
        continue;
      }
      counts.set(cell.outcome, (counts.get(cell.outcome) || 0) + 1);
      marked = marked || cell.mark !== undefined;
    }
    const most = [...counts].reduce((best, next) => next[1] > best[1] ? next : best, ['', 0])[0];
    const enginesDiffer = counts.size > 1 || marked;
    const systemsDiffer = natives.size > 1;
    return {most, enginesDiffer, systemsDiffer, differs: enginesDiffer || systemsDiffer};
  }

  // Columns of a system that say the same in all of these rows stand as one; `members` are those it stands for.
  function folded(shown, lines) {
    const found = new Map();
    for (const column of shown) {
      const said = lines.map(row => {
        const cell = row.cells[column.index];
        return cell === null ? null : [cell.outcome, cell.mark || ''];
      });
      const key = JSON.stringify([column.system, column.native, said]);
      if (found.has(key)) found.get(key).members.push(column);
      else found.set(key, {...column, members: [column]});
    }
    return [...found.values()];
  }

  function kindOf(cell, column, most) {
    if (!isObserved(cell)) return 'nothing';
    if (cell.mark) return cell.mark;
    if (column.native) return 'native';
    return cell.outcome !== most ? 'other' : '';
  }

  function contentOf(cell, kind) {
    if (cell === null) return ['\u2013', element('span', {class: 'sr'}, ' not run')];
    const sign = signs[kind];
    if (!sign) return breakable(cell.outcome);
    return [...breakable(cell.outcome), element('span', {class: 'sign', 'aria-hidden': 'true'}, sign[0]),
      element('span', {class: 'sr'}, ' (' + sign[1] + ')')];
  }

  function matches(row, words) {
    if (words.length === 0) return true;
    const outcomes = row.cells.filter(cell => cell !== null).map(cell => cell.outcome);
    const text = [row.id, row.id.replaceAll('-', ' '), row.question, row.promise, row.inherent, ...row.steps, ...outcomes]
      .join('\n').toLowerCase();
    return words.every(word => text.includes(word));
  }

  const chosen = field => new Set([...at(field).querySelectorAll('input:checked')].map(input => input.value));

  function head(shown) {
    const first = element('tr', {}, element('th', {class: 'corner name', rowspan: 2, scope: 'col'}, 'behaviour'));
    const second = element('tr');
    shown.forEach((column, i) => {
      const begins = i === 0 || shown[i - 1].system !== column.system;
      if (begins) {
        let width = 1;
        while (i + width < shown.length && shown[i + width].system === column.system) ++width;
        first.append(element('th', {class: 'first', colspan: width, scope: 'colgroup'}, column.system));
      }
      const names = column.members.map(member => member.engine);
      second.append(element('th', {class: begins ? 'first' : '', scope: 'col'},
        ...names.length === 1 ? names : [`${names.length} ${what}`, element('small', {}, names.join(', '))]));
    });
    return element('thead', {}, first, second);
  }

  function line(row, shown, {most, enginesDiffer, systemsDiffer}) {
    const why = enginesDiffer ? `${what} differ` : systemsDiffer ? `systems differ, ${what} agree` : undefined;
    const made = element('tr', {}, element('th', {class: 'name', scope: 'row', tabindex: -1, 'data-id': row.id},
      row.id, element('small', {}, row.question),
      why && element('span', {class: enginesDiffer ? 'why engines' : 'why'}, why)));
    shown.forEach((column, i) => {
      const cell = row.cells[column.index];
      const kind = kindOf(cell, column, most);
      const begins = i === 0 || shown[i - 1].system !== column.system;
      const long = cell !== null && cell.outcome.length > 22;
      const look = [kind, begins ? 'first' : '', long ? 'long' : ''].filter(Boolean).join(' ');
      made.append(element('td', {class: look, tabindex: -1, 'data-id': row.id, 'data-column': column.index},
        ...contentOf(cell, kind)));
    });
    return made;
  }

  function draw() {
    const words = at('text').value.toLowerCase().split(/\s+/).filter(Boolean);
    const system = chosen('systems');
    const engine = chosen('engines');
    const wanted = columns.filter(column => system.has(column.system) && engine.has(column.engine));
    const passes = row => matches(row, words) && (!at('differences').checked || look(row, wanted).differs);
    const passed = report.groups.map((group, index) =>
      at('group').value === '' || at('group').value === String(index) ? group.rows.filter(passes) : []);
    const count = passed.flat().length;
    const shown = at('fold').checked ? folded(wanted, passed.flat())
      : wanted.map(column => ({...column, members: [column]}));
    const table = element('table', {role: 'grid', 'aria-label': `behaviours by ${what}`}, head(shown));
    report.groups.forEach((group, index) => {
      const lines = passed[index].map(row => line(row, shown, look(row, wanted)));
      if (lines.length === 0) return;
      const body = element('tbody');
      if (group.name !== '') {
        body.append(element('tr', {}, element('th', {class: 'group', scope: 'rowgroup', colspan: shown.length + 1},
          element('span', {}, group.name))));
      }
      body.append(...lines);
      table.append(body);
    });
    at('matrix').replaceChildren(count > 0 ? table : element('p', {}, 'Nothing passes the filters.'));
    const first = at('matrix').querySelector('[data-id]');
    if (first) first.tabIndex = 0;
    at('count').textContent = `${count} of ${counted(rows.length, 'behaviour')}, ` +
      `${wanted.length} of ${counted(columns.length, 'column')}` +
      (shown.length < wanted.length ? `, folded into ${shown.length}` : '');
    const whole = count === rows.length && shown.length === columns.length;
    at('all').hidden = whole;
    at('first').hidden = !whole;
  }

  function section(title, ...children) { return [element('h3', {}, title), ...children]; }

  function source(text) {
    const item = element('li');
    if (/^https?:\/\/\S+$/.test(text)) item.append(element('a', {href: text, rel: 'noreferrer noopener'}, text));
    else item.append(text);
    return item;
  }

  function open(id, index) {
    const row = rows.find(each => each.id === id);
    const body = [element('p', {}, row.question)];
    if (row.promise) body.push(...section('Pier promises', element('p', {}, row.promise)));
    body.push(...section('The contract allows', element('p', {}, row.contract)));
    if (row.steps.length) {
      body.push(...section('Steps', element('ol', {}, ...row.steps.map(step => element('li', {}, step)))));
    }
    const seen = look(row, columns);
    const natives = columns.filter(column => column.native && row.cells[column.index] !== null);
    if (natives.length) {
      body.push(...section('The systems\u2019 own calls', element('ul', {}, ...natives.map(column => {
        const cell = row.cells[column.index];
        return element('li', {}, `${column.system}: ${cell.outcome}${cell.detail ? ' (' + cell.detail + ')' : ''}`);
      }))));
    }
    if (row.inherent) body.push(...section('No layer can hide it', element('p', {}, row.inherent)));
    const lines = columns.map(column => {
      const cell = row.cells[column.index];
      const kind = kindOf(cell, column, seen.most);
      const detail = cell === null ? '' : [cell.detail, cell.reason].filter(Boolean).join('; ');
      return element('tr', {class: column.index === index ? 'chosen' : undefined}, element('td', {}, column.system),
        element('td', {}, column.engine), element('td', {class: kind}, ...contentOf(cell, kind)), element('td', {}, detail));
    });
    body.push(...section('Every column', element('table', {}, element('thead', {}, element('tr', {},
      ...['system', what.slice(0, -1), 'outcome', 'detail'].map(word => element('th', {scope: 'col'}, word)))),
      element('tbody', {}, ...lines))));
    if (row.sources.length) body.push(...section('Sources', element('ul', {}, ...row.sources.map(source))));
    at('details-title').textContent = row.id;
    at('details-body').replaceChildren(...body);
    at('details').showModal();
    at('details').scrollTop = 0;
  }

  function openCell(cell) {
    open(cell.dataset.id, cell.dataset.column === undefined ? undefined : Number(cell.dataset.column));
  }

  // One stop of the Tab key for the whole table; arrows move inside of it.
  function focusOn(cell) {
    for (const before of at('matrix').querySelectorAll('[tabindex="0"]')) before.tabIndex = -1;
    cell.tabIndex = 0;
    cell.focus();
  }

  function onKey(event) {
    const cell = event.target.closest('[data-id]');
    if (!cell) return;
    const lines = [...at('matrix').querySelectorAll('tr')].filter(each => each.querySelector('[data-id]'));
    let y = lines.indexOf(cell.parentElement);
    let x = [...cell.parentElement.children].indexOf(cell);
    const width = cell.parentElement.children.length;
    switch (event.key) {
      case 'ArrowUp': y = Math.max(0, y - 1); break;
      case 'ArrowDown': y = Math.min(lines.length - 1, y + 1); break;
      case 'ArrowLeft': x = Math.max(0, x - 1); break;
      case 'ArrowRight': x = Math.min(width - 1, x + 1); break;
      case 'Home': x = 0; break;
      case 'End': x = width - 1; break;
      case 'Enter': case ' ': event.preventDefault(); openCell(cell); return;
      default: return;
    }
    event.preventDefault();
    focusOn(lines[y].children[x]);
  }

  function check(field, values) {
    for (const value of values) {
      at(field).append(element('label', {}, element('input', {type: 'checkbox', value, checked: true}), ' ' + value));
    }
    at(field).hidden = values.length < 2;
  }

  function prepare() {
    if (what === 'models') {
      at('about').textContent = 'A handler is the same text under every model of a server: threads, processes, loops.';
      at('engines').firstElementChild.textContent = 'Models';
    }
    const subject = what === 'models' ? 'servers' : 'sockets and events';
    at('summary').textContent = `${counted(rows.length, 'behaviour')} of ${subject} in ` +
      `${counted(columns.length, 'column')}: ${systems.join(', ')}. Pier ${report.version}. ` +
      'A click, or Enter, on a cell opens what was done and what was seen.';
    for (const [name, [meaning]] of Object.entries(meanings)) {
      at('meanings').append(element('li', {class: 'word ' + name}, meaning));
    }
    for (const [sign, meaning] of Object.values(signs)) {
      at('legend').append(element('span', {}, element('b', {}, sign), ' ' + meaning));
    }
    at('legend').append(element('span', {}, element('b', {}, 'native'), ' the system\u2019s own calls, without Pier'),
      element('span', {}, element('b', {}, 'n/a'), ' makes no sense there'));
    at('key').open = window.matchMedia('(min-width: 701px)').matches;
    at('group').append(element('option', {value: ''}, 'all'));
    report.groups.forEach((group, index) => at('group').append(element('option', {value: index}, group.name)));
    at('group-label').hidden = named.length < 2;
    check('systems', systems);
    check('engines', engines);
    for (const telling of report.tellings) {
      at('telling').querySelector('ol').append(element('li', {},
        element('button', {type: 'button', onclick: () => open(telling.id)}, telling.sentence)));
    }
    at('telling').hidden = report.tellings.length === 0;
    for (const absent of report.absent) {
      at('absent').append(element('li', {}, `${absent.engine} can\u2019t run on ${absent.system}: ${absent.reason}`));
    }
    at('filters').addEventListener('input', draw);
    at('filters').addEventListener('submit', event => event.preventDefault());
    at('all').addEventListener('click', () => {
      at('filters').reset();
      for (const field of ['differences', 'fold']) at(field).checked = false;
      draw();
    });
    at('first').addEventListener('click', () => {
      at('filters').reset();
      draw();
    });
    at('matrix').addEventListener('keydown', onKey);
    at('matrix').addEventListener('click', event => {
      const cell = event.target.closest('[data-id]');
      if (!cell) return;
      focusOn(cell);
      openCell(cell);
    });
    at('close').addEventListener('click', () => at('details').close());
    at('details').addEventListener('click', event => {
      if (event.target === at('details')) at('details').close();  // beside it
    });
    draw();
  }

  prepare();
})();
