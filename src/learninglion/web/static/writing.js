// What is typed is never lost: it is kept in this browser with every key, on the server at every pause, and
// put back on the same page. The copy in the browser goes once the server has it, and when one signs out.
(function () {
  "use strict";
  var root = document.documentElement;
  var english = root.lang === "en";
  var person = document.body.dataset.person || "";
  var csrf = document.body.dataset.csrf || "";
  var WAIT = 400; // ms without a key before it goes to the server
  var LONGEST = 2000; // ms of typing on before it goes there all the same
  var BESIDE = 10000; // ms: what was kept closer together than this is one text, of which this browser has the end
  var page = Date.now().toString(36) + Math.random().toString(36).slice(2);
  var strokes = {};
  var timers = {};
  var since = {}; // when the first key was struck that the server does not have
  var lasting = {};
  var base = {}; // the moment of the last text of this page that the server said it has
  var ahead = 0; // ms that the clock here is ahead of the server's

  function fieldsOf(form) {
    var found = {};
    Array.from(form.elements).forEach(function (e) {
      if (!e.name || e.name === "csrf" || e.type === "file" || e.type === "submit" || e.type === "button") { return; }
      if (e.type === "checkbox" || e.type === "radio") { if (e.checked) { found[e.name] = e.value; } return; }
      found[e.name] = e.value;
    });
    return found;
  }
  // What stands in a form, and which change of which page it is: of two texts of one page that says
  // which is the last, where clocks of two machines do not.
  function stateOf(form) {
    return Object.assign(fieldsOf(form), { stroke: page + " " + (strokes[form.dataset.keep] || 0) });
  }
  function strokeOf(kept) { return String(kept.fields.stroke || kept.at).split(" "); }
  function ofOnePage(here, there) { return strokeOf(here)[0] === strokeOf(there)[0]; }
  function latest(here, there) {
    if (ofOnePage(here, there)) { return Number(strokeOf(here)[1]) >= Number(strokeOf(there)[1]) ? here : there; }
    return here.at + BESIDE >= there.at ? here : there;
  }
  // Whether they are two texts of somebody, and not one text and what it was a moment before.
  function apart(here, there) {
    return !ofOnePage(here, there) && Math.abs(here.at - there.at) > BESIDE && differ(here.fields, there.fields);
  }

  // ---- the copy in this browser, which outlives the browser: a database, since what else a page can keep is
  // written to the disk seconds later
  var current = {}; // the fields of a place as they are or will be in the database, as text
  var opened = person && window.indexedDB ? new Promise(function (resolve, reject) {
    var asked = window.indexedDB.open("learninglion", 1);
    asked.onupgradeneeded = function () { asked.result.createObjectStore("copies"); };
    asked.onsuccess = function () { resolve(asked.result); };
    asked.onerror = function () { reject(asked.error); };
  }) : Promise.reject(new Error("no database"));
  opened.catch(function () { /* switched off here: the server has it soon */ });
  function within(mode, work) {
    return opened.then(function (database) {
      return new Promise(function (resolve, reject) {
        var act = database.transaction("copies", mode);
        var request = work(act.objectStore("copies"));
        if (act.commit) { act.commit(); } // now, and not only when the page hears that it was done
        act.oncomplete = function () { resolve(request.result); };
        act.onerror = act.onabort = function () { reject(act.error); };
      });
    });
  }
  function copy(place) { return within("readonly", function (store) { return store.get([person, place]); }).catch(function () { return undefined; }); }
  function mine() { return window.IDBKeyRange.bound([person], [person, []]); }
  function copied() {
    return within("readonly", function (store) { return store.getAllKeys(mine()); })
      .then(function (keys) { return keys.map(function (key) { return key[1]; }); }).catch(function () { return []; });
  }
  function remember(form) {
    var place = form.dataset.keep;
    var fields = stateOf(form);
    current[place] = JSON.stringify(fields);
    within("readwrite", function (store) { return store.put({ fields: fields, at: Date.now() - ahead, base: base[place] }, [person, place]); })
      .catch(function () { /* full or off: the server has it soon */ });
  }
  function erase(place) {
    delete current[place];
    return within("readwrite", function (store) { return store.delete([person, place]); }).catch(function () { /* nothing was kept */ });
  }
  function forget(place) {
    window.clearTimeout(timers[place]);
    delete timers[place];
    delete since[place];
    return erase(place);
  }

  // ---- the copy on the server
  function told(answer) {
    if (answer.redirected || !answer.ok) { throw new Error(String(answer.status)); }
    return answer.json();
  }
  function post(address, data, lasts) {
    return fetch(address, {
      method: "POST", credentials: "same-origin", keepalive: Boolean(lasts), body: JSON.stringify(data),
      headers: { "Content-Type": "application/json", "X-Part": "1", "X-CSRF-Token": csrf }
    }).then(told);
  }
  function onServer(place) {
    return fetch("/working-texts?place=" + encodeURIComponent(place), { credentials: "same-origin", headers: { "X-Part": "1" } }).then(told);
  }
  function tell(form, online) {
    var line = form.querySelector("[data-kept]");
    if (!line) { return; }
    var time = new Date().toLocaleTimeString(root.lang, { hour: "2-digit", minute: "2-digit" });
    line.textContent = online ? line.dataset.saving.replace("#", time) : line.dataset.offline;
  }
  function keep(form, lasts) {
    var place = form.dataset.keep;
    var fields = stateOf(form);
    var sent = JSON.stringify(fields);
    window.clearTimeout(timers[place]);
    delete timers[place];
    delete since[place];
    var began = Date.now();
    lasting[place] = post("/working-texts", { place: place, fields: fields }, lasts && sent.length < 20000).then(function (kept) {
      base[place] = kept.at;
      ahead = began - Date.parse(kept.at); // of a slow answer the way back is no difference between clocks
      // what a page sends as it goes may arrive after the next one was made, which then goes by the copy
      if (!lasts && current[place] === sent) { erase(place); }
      tell(form, true);
    }).catch(function () {
      tell(form, false);
      if (!timers[place]) { timers[place] = window.setTimeout(function () { if (document.contains(form)) { keep(form); } }, 5000); }
    });
    return lasting[place];
  }
  document.addEventListener("input", function (event) {
    var form = event.target.closest && event.target.closest("form[data-keep]");
    if (!form) { return; }
    var place = form.dataset.keep;
    form.dataset.touched = "1";
    strokes[place] = (strokes[place] || 0) + 1;
    remember(form);
    since[place] = since[place] || Date.now();
    window.clearTimeout(timers[place]);
    timers[place] = window.setTimeout(function () { keep(form); }, Math.max(0, Math.min(WAIT, since[place] + LONGEST - Date.now())));
  });
  function keepAll(lasts) {
    document.querySelectorAll("form[data-keep]").forEach(function (form) { if (timers[form.dataset.keep]) { keep(form, lasts); } });
  }
  window.addEventListener("pagehide", function () { keepAll(true); });
  document.addEventListener("visibilitychange", function () { if (document.visibilityState === "hidden") { keepAll(true); } });
  window.addEventListener("online", function () {
    document.querySelectorAll("form[data-keep]").forEach(function (form) { if (current[form.dataset.keep]) { keep(form); } });
  });

  // ---- put back
  function put(form, fields) {
    var differs = false;
    Array.from(form.elements).forEach(function (e) {
      if (!e.name || !(e.name in fields) && e.type !== "checkbox" || e.type === "file" || e.name === "csrf" || e.name === "view") { return; }
      if (e.type === "checkbox" || e.type === "radio") {
        var on = fields[e.name] === e.value;
        differs = differs || on !== e.checked;
        e.checked = on;
      } else if (e.value !== fields[e.name]) {
        differs = differs || e.type !== "hidden";
        e.value = fields[e.name];
        var fold = e.closest("details");
        if (fold && e.type !== "hidden") { fold.open = true; }
      }
    });
    return differs;
  }
  function differ(one, other) {
    return Object.keys(one).some(function (name) { return name !== "stroke" && name in other && one[name] !== other[name]; });
  }
  function linklike(text, act) {
    var button = document.createElement("button");
    button.type = "button";
    button.className = "linklike";
    button.textContent = text;
    button.addEventListener("click", act);
    return button;
  }
  function box(form, text) {
    var line = document.createElement("p");
    line.className = "utrecht-alert utrecht-alert--info";
    line.dataset.restored = "1";
    var span = document.createElement("span");
    span.textContent = text;
    line.appendChild(span);
    form.prepend(line);
    return span;
  }
  function notice(form) {
    if (form.querySelector("[data-restored]") || form.hasAttribute("data-editor") && document.getElementById("restored")) { return; }
    var place = form.dataset.keep;
    box(form, english ? "What you typed here before is put back. " : "Wat u hier eerder typte, is teruggezet. ")
      .appendChild(linklike(english ? "Throw it away" : "Gooi weg", function () {
        forget(place).then(function () { return post("/working-texts/discard", { place: place }); }).then(function () { window.location.reload(); });
      }));
  }
  function offer(form, other, here) {
    var time = new Date(other.at).toLocaleString(root.lang, { weekday: "long", hour: "2-digit", minute: "2-digit" });
    var words = english
      ? (here ? "This browser holds another text of yours, of " : "You typed another text elsewhere, on ") + time + ". "
      : (here ? "In deze browser staat nog een andere tekst van u, van " : "U typte elders een andere tekst, op ") + time + ". ";
    var span = box(form, words);
    span.appendChild(linklike(english ? "Put that one here" : "Zet die hier neer", function () {
      put(form, other.fields);
      span.parentNode.remove();
      remember(form);
      keep(form);
    }));
  }
  // Of what this browser holds and what the server holds the last typed is put back; the other is offered.
  function restore(form) {
    var place = form.dataset.keep;
    copy(place).then(function (here) {
      if (!here && form.hasAttribute("data-editor")) { return undefined; } // the server put it in the page already
      return onServer(place).catch(function () { return {}; }).then(function (kept) {
        var there = kept.fields ? { fields: kept.fields, at: Date.parse(kept.at) } : null;
        var newest = here && there ? latest(here, there) : here || there;
        if (!newest) { return; }
        if (form.dataset.touched) { offer(form, newest, newest === here); return; } // he was faster
        var other = newest === here ? there : here;
        if (put(form, newest.fields)) { notice(form); }
        var grew = newest === here && (!here.base || here.base === kept.at); // out of what the server has
        if (other && !grew && apart(here, there)) {
          offer(form, other, other === here);
        } else if (here && other === here) {
          erase(place);
        }
        if (newest === here) {
          current[place] = JSON.stringify(stateOf(form));
          keep(form);
        }
      });
    });
  }

  // ---- saving without leaving the page before the server has it
  function refusal(form, text) {
    var box = form.querySelector("[data-refusal]");
    if (!box) {
      box = document.createElement("p");
      box.dataset.refusal = "1";
      box.className = "utrecht-alert utrecht-alert--error";
      box.setAttribute("role", "alert");
      form.prepend(box);
    }
    box.textContent = text;
    box.scrollIntoView({ block: "nearest" });
  }
  function show(html, then) {
    var page = new DOMParser().parseFromString(html, "text/html");
    var fresh = page.querySelector("main");
    var main = document.querySelector("main");
    if (!fresh) { return false; }
    document.title = page.title;
    main.replaceChildren.apply(main, Array.from(fresh.childNodes).map(function (n) { return document.importNode(n, true); }));
    var place = document.getElementById("theirs") || document.getElementById("problem") || main.querySelector("[role=alert]") || document.getElementById(then);
    if (place) {
      place.scrollIntoView({ block: "start" });
      var focus = place.matches("[tabindex]") ? place : place.querySelector("h2[tabindex], textarea") || place;
      focus.focus({ preventScroll: true });
    }
    return true;
  }
  // While a text is saved nothing is typed behind it that would go with the page.
  function rest(form, button, on) {
    if (button) { button.disabled = on; }
    form.querySelectorAll("textarea, input").forEach(function (field) { field.readOnly = on; });
  }
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.matches("form[data-keep]")) { return; }
    event.preventDefault();
    var button = event.submitter;
    var place = form.dataset.keep;
    window.clearTimeout(timers[place]);
    delete timers[place];
    delete since[place];
    var discards = button && button.hasAttribute("data-discard");
    if (discards) { forget(place); } else { remember(form); }
    var body = new FormData(form, button); // before the button rests: one that does is not sent along
    rest(form, button, true);
    var address = button && button.getAttribute("formaction") || form.getAttribute("action");
    if (form.enctype !== "multipart/form-data") { body = new URLSearchParams(body); }
    // A text that is on its way to be kept must not arrive after the one that is saved.
    Promise.resolve(lasting[place]).then(function () {
      return fetch(address, { method: "POST", credentials: "same-origin", body: body, headers: { "X-CSRF-Token": csrf } });
    }).then(function (answer) {
      rest(form, button, false);
      if (answer.redirected && new URL(answer.url).pathname === "/sign-in") {
        window.location.href = "/sign-in?back=" + encodeURIComponent(window.location.pathname + window.location.search);
        return null;
      }
      return answer.text().then(function (html) {
        if (answer.ok) {
          return forget(place).then(function () {
            if (!form.dataset.then) { window.location.href = answer.url; return; }
            window.history.pushState(null, "", answer.url);
            shown = shownPage();
            show(html, form.dataset.then);
          });
        }
        var page = new DOMParser().parseFromString(html, "text/html");
        if (page.querySelector('form[data-keep="' + CSS.escape(place) + '"]')) { show(html, ""); return; }
        var told = page.querySelector("main .nl-paragraph");
        refusal(form, told ? told.textContent : String(answer.status));
      });
    }).catch(function () {
      rest(form, button, false);
      refusal(form, english ? "No connection. Your text is kept in this browser; try again." : "Geen verbinding. Uw tekst blijft in deze browser staan; probeer het opnieuw.");
    });
  });
  // Back to another address than what is shown; a link within the page is no such thing.
  function shownPage() { return window.location.pathname + window.location.search; }
  var shown = shownPage();
  window.addEventListener("popstate", function () { if (shownPage() !== shown) { window.location.reload(); } });

  document.querySelectorAll("form[data-keep]").forEach(restore);
  // What this browser still holds of a form that is not open: to the server, and a page about it says so.
  function deliver(place) {
    return copy(place).then(function (here) {
      return onServer(place).then(function (kept) {
        var there = kept.fields ? { fields: kept.fields, at: Date.parse(kept.at) } : null;
        if (here && there && (latest(here, there) === there || !differ(here.fields, there.fields))) {
          return apart(here, there) ? "" : erase(place).then(function () { return ""; });
        }
        if (!here) { return ""; }
        return post("/working-texts", { place: place, fields: here.fields }).then(function () { return erase(place); }).then(function () { return place; });
      });
    });
  }
  copied().then(function (places) {
    return Promise.all(places.filter(function (place) { return !document.querySelector('form[data-keep="' + CSS.escape(place) + '"]'); }).map(deliver));
  }).then(function (done) {
    var dossier = document.querySelector("[data-dossier]");
    var under = dossier && "/dossiers/" + dossier.dataset.dossier + "/questions/";
    if (dossier && done.some(function (place) { return place.indexOf(under) === 0; })) { window.location.reload(); }
  }).catch(function () { /* kept here until it can */ });

  // ---- who signs out leaves nothing behind: what the server does not have goes there first
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (form.getAttribute("action") !== "/sign-out") { return; }
    event.preventDefault();
    keepAll(false);
    Promise.all(Object.values(lasting)).then(copied).then(function (places) {
      return Promise.all(places.map(deliver));
    }).then(function () {
      return within("readwrite", function (store) { return store.delete(mine()); });
    }).catch(function () { /* the server is away, and signing out too */ }).then(function () { form.submit(); });
  });
})();
