// What is typed is never lost: it is kept in this browser with every key, on the server a moment later, and
// put back on the same page. The copy in the browser goes once the server has it.
(function () {
  "use strict";
  var root = document.documentElement;
  var english = root.lang === "en";
  var person = document.body.dataset.person || "";
  var csrf = document.body.dataset.csrf || "";
  var WAIT = 500; // ms without a key before it goes to the server
  var timers = {};
  var lasting = {};

  function key(place) { return "learninglion " + person + " " + place; }
  function fieldsOf(form) {
    var found = {};
    Array.from(form.elements).forEach(function (e) {
      if (!e.name || e.name === "csrf" || e.type === "file" || e.type === "submit" || e.type === "button") { return; }
      if (e.type === "checkbox" || e.type === "radio") { if (e.checked) { found[e.name] = e.value; } return; }
      found[e.name] = e.value;
    });
    return found;
  }
  function remember(form) {
    var place = form.dataset.keep;
    try { window.localStorage.setItem(key(place), JSON.stringify(fieldsOf(form))); } catch (e) { /* full or off: the server has it soon */ }
  }
  function remembered(place) {
    try { return JSON.parse(window.localStorage.getItem(key(place)) || "null"); } catch (e) { return null; }
  }
  function forget(place) {
    window.clearTimeout(timers[place]);
    delete timers[place];
    try { window.localStorage.removeItem(key(place)); } catch (e) { /* nothing was kept */ }
  }
  function post(address, data, lasts) {
    return fetch(address, {
      method: "POST", credentials: "same-origin", keepalive: Boolean(lasts), body: JSON.stringify(data),
      headers: { "Content-Type": "application/json", "X-Part": "1", "X-CSRF-Token": csrf }
    }).then(function (answer) {
      if (answer.redirected || !answer.ok) { throw new Error(String(answer.status)); }
      return answer.json();
    });
  }
  function tell(form, online) {
    var line = form.querySelector("[data-kept]");
    if (!line) { return; }
    var time = new Date().toLocaleTimeString(root.lang, { hour: "2-digit", minute: "2-digit" });
    line.textContent = online ? line.dataset.saving.replace("#", time) : line.dataset.offline;
  }
  function keep(form, lasts) {
    var place = form.dataset.keep;
    var fields = fieldsOf(form);
    var sent = JSON.stringify(fields);
    delete timers[place];
    lasting[place] = post("/working-texts", { place: place, fields: fields }, lasts && sent.length < 20000).then(function () {
      if (JSON.stringify(remembered(place)) === sent) { forget(place); }
      tell(form, true);
    }).catch(function () {
      tell(form, false);
      if (!timers[place]) { timers[place] = window.setTimeout(function () { if (document.contains(form)) { keep(form); } }, 5000); }
    });
  }
  document.addEventListener("input", function (event) {
    var form = event.target.closest && event.target.closest("form[data-keep]");
    if (!form) { return; }
    remember(form);
    window.clearTimeout(timers[form.dataset.keep]);
    timers[form.dataset.keep] = window.setTimeout(function () { keep(form); }, WAIT);
  });
  window.addEventListener("pagehide", function () {
    document.querySelectorAll("form[data-keep]").forEach(function (form) { if (timers[form.dataset.keep]) { keep(form, true); } });
  });
  window.addEventListener("online", function () {
    document.querySelectorAll("form[data-keep]").forEach(function (form) { if (remembered(form.dataset.keep)) { keep(form); } });
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
  function notice(form) {
    if (form.querySelector("[data-restored]") || form.hasAttribute("data-editor") && document.getElementById("restored")) { return; }
    var box = document.createElement("p");
    box.className = "utrecht-alert utrecht-alert--info";
    box.dataset.restored = "1";
    var text = document.createElement("span");
    text.textContent = english ? "What you typed here before is put back. " : "Wat u hier eerder typte, is teruggezet. ";
    var away = document.createElement("button");
    away.type = "button";
    away.className = "linklike";
    away.textContent = english ? "Throw it away" : "Gooi weg";
    away.addEventListener("click", function () {
      forget(form.dataset.keep);
      post("/working-texts/discard", { place: form.dataset.keep }).then(function () { window.location.reload(); });
    });
    text.appendChild(away);
    box.appendChild(text);
    form.prepend(box);
  }
  function restore(form) {
    var place = form.dataset.keep;
    var here = remembered(place);
    if (here) {
      if (put(form, here)) { notice(form); }
      keep(form);
      return;
    }
    if (form.hasAttribute("data-editor")) { return; } // the server put it in the page already
    fetch("/working-texts?place=" + encodeURIComponent(place), { credentials: "same-origin", headers: { "X-Part": "1" } })
      .then(function (answer) { return answer.ok && !answer.redirected ? answer.json() : {}; })
      .then(function (kept) { if (kept.fields && !timers[place] && put(form, kept.fields)) { notice(form); } })
      .catch(function () { /* without a connection the form stays as it is */ });
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
    var place = document.getElementById("theirs") || main.querySelector("[role=alert]") || document.getElementById(then);
    if (place) {
      place.scrollIntoView({ block: "start" });
      var focus = place.matches("[tabindex]") ? place : place.querySelector("h2[tabindex], textarea") || place;
      focus.focus({ preventScroll: true });
    }
    return true;
  }
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.matches("form[data-keep]")) { return; }
    event.preventDefault();
    var button = event.submitter;
    var place = form.dataset.keep;
    window.clearTimeout(timers[place]);
    delete timers[place];
    var discards = button && button.hasAttribute("data-discard");
    if (discards) { forget(place); } else { remember(form); }
    if (button) { button.disabled = true; }
    var body = new FormData(form, button);
    var address = button && button.getAttribute("formaction") || form.getAttribute("action");
    if (form.enctype !== "multipart/form-data") { body = new URLSearchParams(body); }
    // A text that is on its way to be kept must not arrive after the one that is saved.
    Promise.resolve(lasting[place]).then(function () {
      return fetch(address, { method: "POST", credentials: "same-origin", body: body, headers: { "X-CSRF-Token": csrf } });
    }).then(function (answer) {
      if (button) { button.disabled = false; }
      if (answer.redirected && new URL(answer.url).pathname === "/sign-in") {
        window.location.href = "/sign-in?back=" + encodeURIComponent(window.location.pathname + window.location.search);
        return null;
      }
      return answer.text().then(function (html) {
        if (answer.ok) {
          forget(place);
          if (!form.dataset.then) { window.location.href = answer.url; return; }
          window.history.pushState(null, "", answer.url);
          show(html, form.dataset.then);
          return;
        }
        var page = new DOMParser().parseFromString(html, "text/html");
        if (page.querySelector('form[data-keep="' + CSS.escape(place) + '"]')) { show(html, ""); return; }
        var told = page.querySelector("main .nl-paragraph");
        refusal(form, told ? told.textContent : String(answer.status));
      });
    }).catch(function () {
      if (button) { button.disabled = false; }
      refusal(form, english ? "No connection. Your text is kept in this browser; try again." : "Geen verbinding. Uw tekst blijft in deze browser staan; probeer het opnieuw.");
    });
  });
  window.addEventListener("popstate", function () { window.location.reload(); });

  document.querySelectorAll("form[data-keep]").forEach(restore);
  // What this browser still holds of an answer that is not open: to the server, so that the page can say so.
  var dossier = document.querySelector("[data-dossier]");
  if (dossier) {
    var under = key("/dossiers/" + dossier.dataset.dossier + "/questions/");
    Object.keys(window.localStorage).forEach(function (name) {
      var place = name.slice(key("").length);
      if (name.indexOf(under) !== 0 || document.querySelector('form[data-keep="' + CSS.escape(place) + '"]')) { return; }
      post("/working-texts", { place: place, fields: remembered(place) }).then(function () { forget(place); window.location.reload(); }).catch(function () { /* kept here until it can */ });
    });
  }
})();
