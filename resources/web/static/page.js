// Makes the public pages quick. Without it everything works through links and forms; with it a day, a time, a length, a month or a
// zone is chosen at once, out of the free times that stand in the page. Texts and names come with the page as well.
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);
  const two = (number) => String(number).padStart(2, "0");
  const iso = (at) => new Date(at * 1000).toISOString().replace(".000", "");
  const SVG = "http://www.w3.org/2000/svg";

  // Elements: make("a", {class: "x"}, "text", otherElement)
  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === true) element.setAttribute(name, "");
      else if (value !== false && value !== undefined) element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  }
  function icon(name, extra) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("class", "i" + (extra ? " " + extra : ""));
    svg.setAttribute("aria-hidden", "true");
    const use = document.createElementNS(SVG, "use");
    use.setAttribute("href", "#i-" + name);
    svg.append(use);
    return svg;
  }

  // Places that browsers still know by the name they had before.
  const RENAMED = {
    "Asia/Calcutta": "Asia/Kolkata", "Asia/Katmandu": "Asia/Kathmandu", "Asia/Saigon": "Asia/Ho_Chi_Minh", "Asia/Rangoon": "Asia/Yangon",
    "Europe/Kiev": "Europe/Kyiv", "Atlantic/Faeroe": "Atlantic/Faroe", "America/Godthab": "America/Nuuk", "Africa/Asmera": "Africa/Asmara",
    "America/Buenos_Aires": "America/Argentina/Buenos_Aires", "Pacific/Enderbury": "Pacific/Kanton", "Pacific/Truk": "Pacific/Chuuk",
  };
  const current = (zone) => RENAMED[zone] || zone;

  // Clocks. Offsets are looked up every six hours and trusted in between when they agree.
  const formats = {}, known = {};
  function exactOffset(zone, at) {
    formats[zone] ||= new Intl.DateTimeFormat("en-US", {
      timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric",
    });
    const part = {};
    for (const { type, value } of formats[zone].formatToParts(at * 1000)) part[type] = +value;
    return Date.UTC(part.year, part.month - 1, part.day, part.hour, part.minute, part.second) / 1000 - at;
  }
  function offset(zone, at) {
    const kept = (known[zone] ||= {}), bucket = Math.floor(at / 21600);
    const low = (kept[bucket] ??= exactOffset(zone, bucket * 21600));
    const high = (kept[bucket + 1] ??= exactOffset(zone, (bucket + 1) * 21600));
    return low === high ? low : exactOffset(zone, at);
  }
  // A date whose UTC fields are what the clock on the wall shows.
  const wall = (zone, at) => new Date((at + offset(zone, at)) * 1000);
  const dayKey = (date) => date.toISOString().slice(0, 10);
  const asDate = (key) => new Date(key + "T00:00:00Z");
  function midnight(zone, key) {
    const guess = asDate(key) / 1000;
    return guess - offset(zone, guess - offset(zone, guess));
  }
  function offsetText(seconds) {
    const minutes = Math.abs(seconds) / 60, rest = minutes % 60;
    return minutes ? "UTC" + (seconds > 0 ? "+" : "-") + Math.floor(minutes / 60) + (rest ? ":" + two(rest) : "") : "UTC";
  }
  function abbreviation(zone, at) {
    for (const language of ["en-GB", "en-US"]) {
      const parts = new Intl.DateTimeFormat(language, { timeZone: zone, timeZoneName: "short" }).formatToParts(at * 1000);
      const name = parts.find((part) => part.type === "timeZoneName").value;
      if (/^[A-Z]+$/i.test(name)) return name;
    }
    return offsetText(offset(zone, at));
  }

  function choosing(data) {
    const words = data.words, form = $("step"), free = {};
    const state = { duration: data.duration, zone: data.zone, month: data.month, day: data.day, picks: data.picks, said: !data.guess };
    const opened = performance.now();
    let asked = opened, days = new Map();

    // Words
    const time = (date) => {
      const hour = date.getUTCHours(), minute = two(date.getUTCMinutes());
      return data.clock24 ? two(hour) + words.colon + minute : ((hour + 11) % 12) + 1 + ":" + minute + (hour < 12 ? " am" : " pm");
    };
    const weekday = (date) => (date.getUTCDay() + 6) % 7;
    const named = (pattern, date, dayNames, monthNames) =>
      fill(pattern, { weekday: dayNames[weekday(date)], day: date.getUTCDate(), month: monthNames[date.getUTCMonth()] });
    const longDate = (date) => named(words.long, date, words.days, words.months);
    const shortDate = (date) => named(words.short, date, words.daysShort, words.monthsShort);
    const moment = (date) => shortDate(date) + words.joint + time(date);
    const city = (zone) => words.cities[zone] || zone.slice(zone.lastIndexOf("/") + 1).replaceAll("_", " ");
    const zoneName = (zone) => words.zones[zone] || fill(words.zoneName, { city: city(zone) });
    const counted = (forms, count, more) => fill(count === 1 ? forms[0] : forms[1], { count, ...more });
    const small = (text) => text.charAt(0).toLowerCase() + text.slice(1);
    const now = () => data.now + Math.floor((performance.now() - opened) / 1000);
    const say = (text) => { $("said").textContent = text; };

    // Free times
    function unpack(packed) {
      const found = [];
      if (!packed || !packed.length) return found;
      let at = packed[0] * 60;
      found.push(at);
      for (let index = 1; index < packed.length; index += 2)
        for (let times = 0; times < packed[index + 1]; times++) found.push((at += packed[index] * 60));
      return found;
    }
    const starts = () => (free[state.duration] ||= unpack(data.free[state.duration]));
    function sortDays() {
      days = new Map();
      for (const at of starts()) {
        const key = dayKey(wall(state.zone, at));
        if (days.has(key)) days.get(key).push(at);
        else days.set(key, [at]);
      }
    }
    const inMonth = (key) => key.startsWith(state.month);
    function settleDay() {
      if (!days.has(state.day) || !inMonth(state.day)) state.day = [...days.keys()].find(inMonth) || "";
    }
    const monthBy = (by) => {
      const date = asDate(state.month + "-01");
      date.setUTCMonth(date.getUTCMonth() + by);
      return dayKey(date).slice(0, 7);
    };
    const today = () => dayKey(wall(state.zone, now()));
    const firstMonth = () => today().slice(0, 7);
    const lastMonth = () => [...days.keys()].at(-1)?.slice(0, 7) || firstMonth();

    // Month
    function drawMonth(focused) {
      const [year, month] = state.month.split("-").map(Number);
      $("month-title").textContent = capital(words.months[month - 1]) + " " + year;
      const turns = document.querySelectorAll(".month-head .turn");
      turn(turns[0], state.month > firstMonth() && monthBy(-1), "caret-left", words.previous);
      turn(turns[1], state.month < lastMonth() && monthBy(1), "caret-right", words.next);
      const first = new Date(Date.UTC(year, month - 1, 1)), count = new Date(Date.UTC(year, month, 0)).getUTCDate();
      const lead = (weekday(first) + (data.monday ? 0 : 1)) % 7;
      const tabbed = focused || state.day || dayKey(first), rows = [];
      for (let cell = 0; cell < Math.ceil((lead + count) / 7) * 7; cell++) {
        if (cell % 7 === 0) rows.push(make("tr"));
        const number = cell - lead + 1;
        rows.at(-1).append(make("td", {}, ...(number > 0 && number <= count ? [dayButton(year, month, number, tabbed)] : [])));
      }
      $("days").tBodies[0].replaceChildren(...rows);
      if (focused) $("days").querySelector("[tabindex='0']").focus();
    }
    function dayButton(year, month, number, tabbed) {
      const date = new Date(Date.UTC(year, month - 1, number)), key = dayKey(date), many = days.get(key)?.length || 0;
      const name = many ? counted(words.cell.slice(1), many, { day: longDate(date) }) : fill(words.cell[0], { day: longDate(date) });
      const chosen = many > 0 && key === state.day;
      return make("button", {
        type: "button", class: "day" + (many ? " free" : "") + (chosen ? " chosen" : "") + (key === today() ? " today" : ""),
        "aria-label": capital(name), "aria-current": chosen && "true", "aria-disabled": !many && "true",
        tabindex: key === tabbed ? "0" : "-1", "data-go": "day " + key,
      }, String(number));
    }
    function turn(before, month, sign, name) {
      const after = month
        ? make("button", { type: "button", class: "turn", "aria-label": name, "data-go": "month " + month }, icon(sign))
        : make("span", { class: "turn" }, icon(sign));
      const had = document.activeElement === before;
      before.replaceWith(after);
      if (had && month) after.focus();
    }
    function onKey(event) {
      const button = event.target.closest(".day");
      if (!button || event.ctrlKey || event.altKey || event.metaKey) return;
      const from = asDate(button.dataset.go.slice(4)), to = new Date(from), column = (weekday(from) + (data.monday ? 0 : 1)) % 7;
      const months = { PageUp: event.shiftKey ? -12 : -1, PageDown: event.shiftKey ? 12 : 1 }[event.key];
      const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7, Home: -column, End: 6 - column }[event.key];
      if (months === undefined && steps === undefined) return;
      event.preventDefault();
      if (months === undefined) to.setUTCDate(to.getUTCDate() + steps);
      else {
        to.setUTCDate(1);
        to.setUTCMonth(to.getUTCMonth() + months);
        to.setUTCDate(Math.min(from.getUTCDate(), new Date(Date.UTC(to.getUTCFullYear(), to.getUTCMonth() + 1, 0)).getUTCDate()));
      }
      let month = dayKey(to).slice(0, 7);
      if (month < firstMonth() || month > lastMonth()) {
        if (months === undefined || Math.abs(months) === 1) return;
        month = month < firstMonth() ? firstMonth() : lastMonth();
        to.setTime(asDate(month + "-01"));
      }
      if (month === state.month) focusDay(dayKey(to));
      else showMonth(month, dayKey(to));
    }
    function focusDay(key) {
      for (const button of $("days").querySelectorAll(".day")) button.tabIndex = button.dataset.go === "day " + key ? 0 : -1;
      $("days").querySelector("[tabindex='0']").focus();
    }

    // Day
    function drawDay() {
      const times = days.get(state.day) || [], holder = $("slots"), title = $("day-title"), count = $("count");
      title.textContent = state.day ? capital(longDate(asDate(state.day))) : nothing();
      if (!data.request) {
        const line = count || make("p", { class: "small count", id: "count" });
        line.textContent = times.length ? counted(words.free, times.length) : "";
        if (!count) title.parentNode.append(line);
      }
      holder.replaceChildren(...(state.day ? [fieldset(times)] : elsewhere()));
      $("go").hidden = !state.day && !state.picks.length;
    }
    function fieldset(times) {
      const clock = times.map((at) => wall(state.zone, at)), shown = clock.map(time);
      const box = make("fieldset", {}, make("legend", { class: "vh" }, $("day-title").textContent));
      const groups = data.request ? [[0, 24]] : [[0, 12, "sun-horizon"], [12, 18, "sun"], [18, 24, "moon"]];
      groups.forEach(([low, high, sign], number) => {
        const slots = make("div", { class: "slots" });
        times.forEach((at, index) => {
          const hour = clock[index].getUTCHours();
          if (hour < low || hour >= high) return;
          const twice = shown.indexOf(shown[index]) !== shown.lastIndexOf(shown[index]);
          slots.append(slot(at, shown[index], twice && offsetText(offset(state.zone, at))));
        });
        if (slots.childElementCount && sign) box.append(make("p", { class: "part" }, icon(sign), words.parts[number]));
        if (slots.childElementCount) box.append(slots);
      });
      return box;
    }
    function slot(at, text, note) {
      const chosen = state.picks.includes(at), full = data.request && state.picks.length >= data.most;
      const input = make("input", {
        type: data.request ? "checkbox" : "radio", name: data.request ? undefined : "start", value: iso(at), required: !data.request,
        checked: chosen, disabled: full && !chosen,
      });
      return make("label", { class: "slot" }, input, make("span", {}, text, ...(note ? [make("small", {}, note)] : [])));
    }
    function nothing() {
      return starts().length ? fill(words.nothing, { month: words.months[+state.month.slice(5) - 1] }) : words.never;
    }
    function elsewhere() {
      if (!starts().length) return [];
      const at = starts()[0], key = dayKey(wall(state.zone, at));
      return [
        make("p", { class: "empty" }, fill(words.first, { time: soon(at) })),
        make("button", { type: "button", class: "button low", "data-go": "day " + key }, words.show),
      ];
    }

    // Zone, soonest, choice
    function soon(at) {
      const date = wall(state.zone, at), key = dayKey(date), next = asDate(today());
      next.setUTCDate(next.getUTCDate() + 1);
      if (key === today()) return fill(words.today, { time: time(date) });
      return key === dayKey(next) ? fill(words.tomorrow, { time: time(date) }) : capital(moment(date));
    }
    function drawZone() {
      $("zone-name").textContent = zoneName(state.zone);
      $("zone-short").textContent = abbreviation(state.zone, starts()[0] || now());
      drawClock();
    }
    function drawClock() {
      const at = now(), same = offset(state.zone, at) === offset(data.owner, at);
      $("now").textContent = fill(words.now, { time: time(wall(state.zone, at)) });
      const there = { time: time(wall(data.owner, at)), name: data.name, zone: zoneName(data.owner) };
      $("owner-time").textContent = same ? "" : "(" + fill(words.ownerTime, there) + ")";
    }
    function drawSoonest() {
      const holder = $("hurry");
      if (!holder) return;
      const lost = data.nearest.length > 0, free = lost && new Set(starts());
      const found = lost ? data.nearest.filter((at) => free.has(at)) : starts().slice(0, 2), keys = found.map((at) => dayKey(wall(state.zone, at)));
      const chips = found.map((at, index) => {
        const text = index && !lost && keys[0] === keys[1] ? time(wall(state.zone, at)) : soon(at);
        return make("button", { type: "button", class: "chip low", "data-go": "pick " + at }, ...(index || lost ? [] : [icon("lightning")]), text);
      });
      holder.replaceChildren(holder.firstElementChild, ...chips);
      holder.hidden = !chips.length;
    }
    function span(at, zone) {
      return fill(words.span, { start: time(wall(zone, at)), end: time(wall(zone, at + state.duration * 60)) });
    }
    function caption() {
      if (!state.picks.length) return words.choose;
      const at = state.picks[0], begins = wall(state.zone, at), ends = wall(state.zone, at + state.duration * 60);
      const text = capital(fill(words.momentTo, { moment: moment(begins), time: time(ends) }));
      if (offset(state.zone, at) === offset(data.owner, at)) return text;
      const there = wall(data.owner, at);
      const clock = small(span(at, data.owner));
      const day = dayKey(there) === dayKey(begins) ? clock : shortDate(there) + ", " + clock;
      return text + " (" + fill(words.inZone, { time: day, zone: zoneName(data.owner) }) + ")";
    }
    function drawChoice() {
      if (!data.request) $("caption").textContent = caption();
      const bar = $("bar");
      if (!state.picks.length) bar.textContent = words.noTime;
      else if (data.request) bar.textContent = fill(words.suggestions, { count: state.picks.length, most: data.most });
      else bar.textContent = capital(moment(wall(state.zone, state.picks[0])));
      bar.nextSibling.textContent = fill(words.min, { minutes: state.duration }) + ", " + data.place;
    }
    function drawPicks() {
      if (!data.request) return;
      $("pick-count").textContent = fill(words.count, { count: state.picks.length, most: data.most });
      const rows = state.picks.map((at, index) => {
        const text = capital(moment(wall(state.zone, at)));
        const remove = make("button", { type: "button", class: "remove", "aria-label": fill(words.remove, { time: text }), "data-go": "drop " + at }, icon("x"));
        return make("li", { class: "has" }, make("span", {}, index + 1 + ". " + text), remove);
      });
      if (rows.length < data.most) rows.push(make("li", { class: "more" }, rows.length + 1 + ". " + (rows.length ? words.another : words.above)));
      $("pick-list").replaceChildren(...rows);
    }
    function drawLengths() {
      for (const chip of document.querySelectorAll("#lengths [data-go]")) {
        chip.removeAttribute("aria-current");
        chip.setAttribute("aria-pressed", String(chip.dataset.go === "duration " + state.duration));
      }
    }

    // What a reload or the next step needs
    function remember() {
      const pairs = [["duration", state.duration]];
      if (state.said) pairs.push(["tz", state.zone]);
      const place = [...pairs, ["month", state.month], ["day", state.day], ...state.picks.map((at) => ["pick", iso(at)])];
      const steps = data.kept ? place : pairs;
      if (data.request) steps.push(...state.picks.map((at) => ["start", iso(at)]));
      const mine = new Set(["duration", "tz", "month", "day", "pick", "start"]);
      for (const input of form.querySelectorAll("input[type=hidden]")) if (mine.has(input.name)) input.remove();
      form.prepend(...steps.filter(([, value]) => value !== "").map(([name, value]) => make("input", { type: "hidden", name, value })));
      if (data.kept) return;
      const query = new URLSearchParams(location.search);
      mine.add("choose").add("more").add("find");
      for (const name of mine) query.delete(name);
      for (const [name, value] of place) if (value !== "") query.append(name, value);
      history.replaceState(null, "", "?" + query);
      const other = document.querySelector(".foot a[hreflang]");
      if (other) {
        query.set("lang", other.lang);
        other.search = "?" + query;
      }
    }

    // What a visitor does
    function drawAll(focused) {
      sortDays();
      state.picks = state.picks.filter((at) => starts().includes(at));
      settleDay();
      drawMonth(focused);
      drawDay();
      drawZone();
      drawSoonest();
      drawPicks();
      drawChoice();
      remember();
    }
    function sayDay() {
      const many = days.get(state.day)?.length || 0, date = state.day && asDate(state.day);
      say(date ? fill(words.onDay, { count: counted(words.free, many), day: longDate(date) }) : nothing());
    }
    function showDay(key, focus) {
      if (!days.has(key)) {
        say(fill(words.cell[0], { day: longDate(asDate(key)) }));
        return;
      }
      state.day = key;
      state.month = key.slice(0, 7);
      drawMonth(focus && key);
      drawDay();
      remember();
      sayDay();
      if (matchMedia("(max-width: 759px)").matches) $("times").scrollIntoView({ block: "start" });
    }
    function showMonth(month, focused) {
      state.month = month;
      settleDay();
      drawMonth(focused);
      drawDay();
      remember();
      say($("month-title").textContent + ". " + (state.day ? $("day-title").textContent : nothing()));
      refresh();
    }
    function pick(at) {
      state.picks = [at];
      state.day = dayKey(wall(state.zone, at));
      state.month = state.day.slice(0, 7);
      drawAll();
      say(fill(words.chosen, { time: moment(wall(state.zone, at)) }));
    }
    function toggle(at) {
      const has = state.picks.includes(at);
      if (!has && state.picks.length >= data.most) return;
      state.picks = has ? state.picks.filter((other) => other !== at) : [...state.picks, at];
      drawDay();
      drawPicks();
      drawChoice();
      remember();
      say(fill(has ? words.removed : words.chosen, { time: moment(wall(state.zone, at)) }));
      $("slots").querySelector(`input[value="${iso(at)}"]`)?.focus();
    }
    function setZone(zone) {
      const day = state.picks[0] || days.get(state.day)?.[0];
      state.zone = zone;
      state.said = true;
      if (day) {
        state.day = dayKey(wall(zone, day));
        state.month = state.day.slice(0, 7);
      }
      drawAll();
    }
    const actions = {
      duration: (value) => { state.duration = +value; drawLengths(); drawAll(); sayDay(); },
      month: (value) => showMonth(value),
      day: (value, target) => showDay(value, target.classList.contains("day")),
      pick: (value) => pick(+value),
      drop: (value) => toggle(+value),
      zone: () => zoneDialog(),
    };
    document.addEventListener("click", (event) => {
      const target = event.target.closest("[data-go]");
      if (!target || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      const [what, value] = target.dataset.go.split(" ");
      if (what === "zone" && !(window.HTMLDialogElement && Intl.supportedValuesOf)) return;
      event.preventDefault();
      actions[what](value, target);
    });
    // Links that change this page instead of leading to another are buttons.
    for (const link of document.querySelectorAll("a[data-go]")) {
      link.setAttribute("role", "button");
      link.addEventListener("keydown", (event) => { if (event.key === " ") { event.preventDefault(); link.click(); } });
    }
    drawLengths();
    $("days").setAttribute("role", "grid");
    $("days").addEventListener("keydown", onKey);
    $("slots").addEventListener("change", (event) => {
      const at = Date.parse(event.target.value) / 1000;
      if (data.request) return toggle(at);
      state.picks = [at];
      drawChoice();
      remember();
      say(caption());
    });
    form.addEventListener("submit", (event) => {
      if (state.picks.length) return;
      event.preventDefault();
      say("");
      say(words.choose);
      ($("slots").querySelector("input:not(:disabled)") || $("days").querySelector("[tabindex='0']"))?.focus();
    });
    form.noValidate = true;

    // Zone
    function zoneDialog() {
      const list = make("ul"), find = make("input", { class: "input", type: "search", id: "zone-find", autocomplete: "off" });
      const label = make("label", { class: "label", for: "zone-find" }, words.zoneFind), at = now();
      const heading = make("h2", { id: "zone-title" }, words.zoneTitle);
      const close = make("button", { type: "button", class: "button low" }, words.close);
      const dialog = make("dialog", { "aria-labelledby": "zone-title" }, heading, label, find, list, make("p", { class: "row" }, close));
      const zones = [...new Set([data.owner, "UTC", ...Intl.supportedValuesOf("timeZone").map(current)])].map((zone) => [zone, city(zone)]);
      zones.sort((a, b) => a[1].localeCompare(b[1], data.language));
      const draw = () => {
        const wanted = find.value.trim().toLowerCase();
        const found = zones.filter(([zone, name]) => (name + " " + zone.replaceAll("_", " ")).toLowerCase().includes(wanted)).slice(0, 60);
        list.replaceChildren(...found.map(([zone, name]) =>
          make("li", {}, make("button", { type: "button", "data-zone": zone, "aria-current": zone === state.zone && "true" }, name,
            make("small", {}, offsetText(offset(zone, at)) + ", " + time(wall(zone, at)))))));
      };
      const choose = (zone) => { dialog.close(); setZone(zone); };
      find.addEventListener("input", draw);
      find.addEventListener("keydown", (event) => {
        const first = list.querySelector("button");
        if (event.key === "Enter" && first) { event.preventDefault(); choose(first.dataset.zone); }
      });
      list.addEventListener("click", (event) => { const button = event.target.closest("button"); if (button) choose(button.dataset.zone); });
      close.addEventListener("click", () => dialog.close());
      dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
      dialog.addEventListener("close", () => { dialog.remove(); });
      draw();
      document.body.append(dialog);
      dialog.showModal();
    }

    // What has become free or taken since
    async function refresh() {
      const first = asDate(state.month + "-01"), last = new Date(first);
      first.setUTCDate(0);
      last.setUTCMonth(last.getUTCMonth() + 1);
      last.setUTCDate(2);
      const from = dayKey(first), to = dayKey(last), duration = state.duration;
      asked = performance.now();
      try {
        const answer = await fetch(`${data.path}/slots?from=${from}&to=${to}&duration=${duration}`, { headers: { accept: "application/json" } });
        if (!answer.ok) return;
        const fresh = (await answer.json()).slots.map((text) => Date.parse(text) / 1000);
        const low = midnight(data.owner, from), high = midnight(data.owner, to), before = free[duration] || unpack(data.free[duration]);
        const after = [...before.filter((at) => at < low), ...fresh, ...before.filter((at) => at >= high)];
        if (duration !== state.duration || String(after) === String(before)) return;
        free[duration] = after;
        drawAll();
      } catch {
        // Not reached: what is shown stays, and the program has the last word anyway.
      }
    }
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden && performance.now() - asked > 120000) refresh();
    });
    setInterval(drawClock, 20000);

    const own = data.guess && current(Intl.DateTimeFormat().resolvedOptions().timeZone || "");
    if (own && own !== state.zone) setZone(own);
    else drawAll();
  }

  // A form goes out once, and not before it may.
  function sending(form) {
    const button = $("send"), opened = performance.now();
    let busy = false;
    const reset = () => {
      busy = false;
      button.removeAttribute("aria-busy");
      button.classList.remove("busy");
    };
    form.addEventListener("submit", (event) => {
      if (event.submitter && event.submitter.name === "step") return;
      if (busy) return event.preventDefault();
      busy = true;
      button.setAttribute("aria-busy", "true");
      button.classList.add("busy");
      const left = +form.dataset.wait - (performance.now() - opened);
      if (left > 0) {
        event.preventDefault();
        setTimeout(() => form.submit(), left);
      }
    });
    addEventListener("pageshow", (event) => { if (event.persisted) reset(); });
    const email = form.querySelector("input[type=email]"), texts = form.dataset.faults && JSON.parse(form.dataset.faults);
    if (!email || !texts) return;
    // Not at once: a message that pushes the button down under the finger would take the press away.
    email.addEventListener("blur", () => setTimeout(() => {
      const value = email.value.trim(), at = value.lastIndexOf("@");
      if (!value || busy) return;
      const fault = at < 0 ? "no_at" : !/\.[^.]{2,}$/.test(value.slice(at)) ? "no_end" : "";
      showFault(email, fault && fill(texts[fault], { value: value.replace(/\.$/, "") }));
    }, 250));
  }
  function showFault(input, text) {
    const id = input.id + "-fault", holder = input.closest(".field"), before = $(id);
    if (before) before.remove();
    const described = (input.getAttribute("aria-describedby") || "").split(" ").filter((each) => each && each !== id);
    if (text) {
      holder.append(make("p", { class: "fault", id }, icon("warning-circle-fill"), make("span", {}, text)));
      described.unshift(id);
      input.setAttribute("aria-invalid", "true");
    } else input.removeAttribute("aria-invalid");
    if (described.length) input.setAttribute("aria-describedby", described.join(" "));
    else input.removeAttribute("aria-describedby");
  }

  // The button names the time to move to.
  function moving(form) {
    form.addEventListener("change", (event) => {
      if (event.target.dataset.text) $("move-button").textContent = fill(form.dataset.move, { time: event.target.dataset.text });
    });
  }

  // On to the page that the owner chose, unless somebody wants to stay.
  function leaving(box) {
    const timer = setTimeout(() => location.assign(box.querySelector("a").href), 5000), stay = $("stay");
    stay.hidden = false;
    $("soon").hidden = false;
    stay.addEventListener("click", () => {
      clearTimeout(timer);
      stay.hidden = $("soon").hidden = true;
    });
  }

  // A closed page opens by itself, unless somebody is writing.
  function watching(main) {
    setInterval(async () => {
      if (document.hidden || [...main.querySelectorAll("input:not([type=hidden]), textarea")].some((field) => field.value)) return;
      try {
        const answer = await fetch(main.dataset.watch, { headers: { accept: "application/json" } });
        if (answer.ok && ["book", "request"].includes((await answer.json()).state)) location.replace(main.dataset.watch);
      } catch {
        // Not reached: later.
      }
    }, 30000);
  }

  document.documentElement.classList.add("js");
  const data = $("data"), form = $("book"), move = $("move-form"), watched = document.querySelector("[data-watch]");
  if (data) choosing(JSON.parse(data.textContent));
  if (form && $("send")) sending(form);
  if (move) moving(move);
  if (watched) watching(watched);
  if ($("onward")) leaving($("onward"));
})();
