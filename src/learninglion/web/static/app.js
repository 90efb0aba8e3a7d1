// Improves pages that work without it: a source beside the text, choices without reloading, sentences as
// they are written. Everything that arrives is put on the page as text or as a part our own server rendered.
(function () {
  "use strict";
  var root = document.documentElement;
  root.classList.add("has-script");
  var csrf = document.body.dataset.csrf || "";

  function say(text) {
    var box = document.getElementById("announce");
    if (box) { box.textContent = ""; window.setTimeout(function () { box.textContent = text; }, 50); }
  }
  function partOf(html) {
    return new DOMParser().parseFromString(html, "text/html").body;
  }
  function fetchPart(address, options) {
    var settings = Object.assign({ headers: {} }, options || {});
    settings.headers = Object.assign({ "X-Part": "1", "X-CSRF-Token": csrf }, settings.headers);
    settings.credentials = "same-origin";
    return fetch(address, settings).then(function (answer) {
      if (answer.redirected && new URL(answer.url).pathname === "/sign-in") { window.location.reload(); throw new Error("signed out"); }
      return answer.text().then(function (text) { return { ok: answer.ok, text: text }; });
    });
  }

  // ---- the source beside the text
  var opener = null;
  function beside() {
    var split = document.getElementById("split");
    if (!split) { return null; }
    var pane = split.querySelector(":scope > .beside");
    if (!pane) {
      pane = document.createElement("aside");
      pane.className = "beside stack";
      pane.setAttribute("aria-label", document.documentElement.lang === "en" ? "Source" : "Bron");
      split.appendChild(pane);
    }
    split.dataset.open = "1";
    return pane;
  }
  function openBeside(link) {
    // What one reads keeps its place on the screen while the page makes room for the source.
    var held = link.closest(".beside") ? null : link.closest(".sentence, .apart, .own, .hit") || link;
    var top = held && held.getBoundingClientRect().top;
    var pane = beside();
    if (!pane) { return false; }
    if (!pane.contains(link)) { opener = link; }
    if (held) {
      window.scrollBy(0, held.getBoundingClientRect().top - top);
      var low = held.getBoundingClientRect();
      var room = window.matchMedia("(max-width: 61.99rem)").matches ? window.innerHeight * 0.25 : window.innerHeight;
      if (low.top < 0 || Math.min(low.bottom, low.top + 60) > room) { window.scrollBy(0, low.top - Math.min(60, room / 5)); }
    }
    fetchPart(link.href).then(function (answer) {
      var body = partOf(answer.text);
      if (!answer.ok) { body = partOf(answer.text).querySelector("main .panel") || body; }
      pane.replaceChildren.apply(pane, Array.from(body.childNodes));
      document.querySelectorAll("[data-active]").forEach(function (e) { delete e.dataset.active; });
      var of = opener && opener.dataset.sentence;
      var near = of && document.getElementById("s-" + of);
      if (near) { near.dataset.active = "1"; }
      var head = pane.querySelector("[data-focus]");
      if (head && !link.hasAttribute("data-while-writing")) { head.focus({ preventScroll: true }); }
      pane.scrollTop = 0;
      var first = pane.querySelector(".sheet rect");
      // On a small screen the cited words themselves, above the page, say more than the small print of it.
      var small = window.matchMedia("(max-width: 61.99rem)").matches;
      if (first && !small && pane.scrollHeight > pane.clientHeight) {
        var image = pane.querySelector(".sheet img");
        var bring = function () {
          pane.scrollTop = Math.max(0, first.getBoundingClientRect().top - pane.getBoundingClientRect().top - pane.clientHeight / 3);
        };
        if (image.complete) { bring(); } else { image.addEventListener("load", bring); }
      }
    }).catch(function () { window.location.href = link.href; });
    return true;
  }
  function closeBeside() {
    var split = document.getElementById("split");
    var pane = split && split.querySelector(":scope > .beside");
    if (!pane) { return; }
    pane.remove();
    delete split.dataset.open;
    document.querySelectorAll("[data-active]").forEach(function (e) { delete e.dataset.active; });
    if (opener && document.contains(opener)) { opener.focus(); }
    opener = null;
  }
  document.addEventListener("click", function (event) {
    var link = event.target.closest("a[data-beside]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && openBeside(link)) { event.preventDefault(); }
    if (event.target.closest("[data-close]")) { closeBeside(); }
  });

  // ---- choices without reloading
  document.addEventListener("submit", function (event) {
    var form = event.target;
    if (!form.matches("form[data-live]")) { return; }
    event.preventDefault();
    var data = new FormData(form, event.submitter);
    var card = form.closest("[data-hit]");
    fetchPart(form.action, { method: "POST", body: new URLSearchParams(data) }).then(function (answer) {
      var body = partOf(answer.text);
      var fresh = body.querySelector("[data-hit]");
      if (!answer.ok || !fresh) { form.removeAttribute("data-live"); form.requestSubmit(event.submitter); return; }
      fresh = document.importNode(fresh, true);
      card.replaceWith(fresh);
      fresh.focus({ preventScroll: true });
      var line = fresh.querySelector("[data-state-line]");
      say(line && line.textContent.trim() ? line.textContent.trim() : data.get("act") === "put-back" ? (root.lang === "en" ? "Put back" : "Teruggezet") : "");
      tally();
    }).catch(function () { form.removeAttribute("data-live"); form.requestSubmit(event.submitter); });
  });
  function tally() {
    var chosen = 0;
    ["chosen", "rejected", "open"].forEach(function (state) {
      var count = document.querySelectorAll('[data-hit][data-state="' + state + '"]').length;
      var place = document.querySelector('[data-count="' + state + '"]');
      if (place) { place.textContent = count; }
      if (state === "chosen") { chosen = count; }
    });
    var line = document.querySelector(".questions a[aria-current] .tally");
    if (!line) { return; }
    line.toggleAttribute("data-has", chosen > 0);
    var note = document.querySelector("[data-bare]");
    if (note) {
      var bare = document.querySelectorAll(".questions .tally:not([data-has]):not([data-formal])").length;
      note.hidden = bare === 0;
      note.querySelector("span").textContent = bare === 1 ? note.dataset.one : note.dataset.many.replace("#", bare);
    }
    line.textContent = chosen ? "✓ " + chosen + (root.lang === "en" ? " chosen" : " gekozen") : root.lang === "en" ? "opened, nothing chosen" : "geopend, niets gekozen";
  }

  // ---- keys, only while the focus is inside the list of sources
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") { closeBeside(); return; }
    if (event.ctrlKey || event.metaKey || event.altKey) { return; }
    if (event.target.closest("input, textarea, select")) { return; }
    var card = event.target.closest("[data-hit]");
    var list = Array.from(document.querySelectorAll("[data-hit]")).filter(function (e) { return e.offsetParent !== null; });
    if (!card) { return; }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      var next = list[list.indexOf(card) + (event.key === "ArrowDown" ? 1 : -1)];
      if (next) { event.preventDefault(); next.focus(); next.scrollIntoView({ block: "nearest" }); }
      return;
    }
    var target = card.querySelector('[data-key="' + CSS.escape(event.key) + '"]');
    if (target) { event.preventDefault(); target.click(); if (event.key === "r") { var field = card.querySelector(".reject input[type=radio]"); if (field) { field.focus(); } } }
  });
  var firstHit = document.querySelector("[data-hits] [data-hit]");
  if (firstHit) { firstHit.tabIndex = 0; }

  // ---- a file dropped on the form
  document.querySelectorAll("form[data-drop]").forEach(function (form) {
    var file = form.querySelector('input[type="file"]');
    form.addEventListener("dragover", function (event) { event.preventDefault(); });
    form.addEventListener("drop", function (event) {
      if (event.dataTransfer && event.dataTransfer.files.length) {
        event.preventDefault();
        file.files = event.dataTransfer.files;
        file.focus();
        say(file.files[0].name);
      }
    });
  });

  // ---- reports of long work
  var stream = document.querySelector("[data-stream]");
  if (stream) { follow(stream); }
  function follow(box) {
    var source = new EventSource(box.dataset.stream);
    var status = box.querySelector("[data-status]");
    var bar = box.querySelector("progress");
    source.addEventListener("progress", function (event) {
      var data = JSON.parse(event.data);
      status.textContent = data.label + (data.total ? " (" + data.done + "/" + data.total + ")" : "");
      if (bar && data.total) { bar.max = data.total; bar.value = data.done; }
    });
    source.addEventListener("file", function (event) {
      var data = JSON.parse(event.data);
      var item = document.createElement("li");
      item.textContent = (data.path ? data.path + ": " : "") + data.words;
      box.querySelector("[data-files]").appendChild(item);
    });
    source.addEventListener("again", function () {
      box.querySelectorAll("[data-files], [data-sentences], [data-verdict]").forEach(function (e) { e.replaceChildren(); });
    });
    source.addEventListener("sentence", function (event) {
      var data = JSON.parse(event.data);
      var place = box.querySelector('[data-question="' + data.position + '"]');
      if (!place) { return; }
      var waiting = place.querySelector("[data-waiting]");
      if (waiting) { waiting.remove(); }
      var line = document.createElement("p");
      line.className = "arriving text";
      line.textContent = data.text;
      if (!data.apart) { place.querySelector("[data-sentences]").appendChild(line); return; }
      var aside = place.querySelector("[data-apart]");
      var why = document.createElement("p");
      why.className = "small";
      why.textContent = data.reason;
      aside.hidden = false;
      aside.append(line, why);
    });
    source.addEventListener("retracted", function (event) {
      // the model was thinking aloud: nothing of it may stay
      var place = box.querySelector('[data-question="' + JSON.parse(event.data).position + '"]');
      if (place) { place.querySelectorAll(".arriving").forEach(function (line) { line.remove(); }); }
    });
    source.addEventListener("question", function (event) {
      var data = JSON.parse(event.data);
      var place = box.querySelector('[data-question="' + data.position + '"]');
      if (place) {
        var waiting = place.querySelector("[data-waiting]");
        if (waiting) { waiting.remove(); }
        place.querySelector("[data-verdict]").textContent = data.words;
      }
    });
    source.addEventListener("done", function (event) {
      source.close();
      var data = JSON.parse(event.data);
      status.textContent = data.words || box.dataset.finished;
      if (data.address) { window.location.href = data.address; }
    });
    source.addEventListener("failed", function (event) {
      source.close();
      var told = JSON.parse(event.data).detail;
      status.textContent = told.charAt(0).toUpperCase() + told.slice(1);
      status.setAttribute("role", "alert");
      box.querySelectorAll("progress, [data-during]").forEach(function (element) { element.hidden = true; });
      var back = box.querySelector("[data-after-failure]");
      if (back) { back.hidden = false; }
    });
  }

  // ---- copying: with its mark and sources, and after one question about what was not checked or not read
  function dossierOf(element) { return element.closest && element.closest("main") ? document.querySelector("[data-dossier]") : null; }
  function readOnes(dossier) {
    try { return JSON.parse(window.sessionStorage.getItem("read " + dossier.dataset.dossier) || "[]"); } catch (e) { return []; }
  }
  function said(sentence) { return sentence.textContent.trim(); }
  document.addEventListener("click", function (event) {
    var cite = event.target.closest(".cite[data-sentence]");
    var dossier = cite && dossierOf(cite);
    var sentence = cite && document.querySelector('[data-sentence-text="' + cite.dataset.sentence + '"]');
    if (!dossier || !sentence) { return; }
    var read = readOnes(dossier);
    if (read.indexOf(said(sentence)) < 0) { read.push(said(sentence)); }
    try { window.sessionStorage.setItem("read " + dossier.dataset.dossier, JSON.stringify(read)); } catch (e) { /* asked again */ }
  });
  function unreadOf(dossier, sentences) {
    var read = readOnes(dossier);
    return sentences.filter(function (e) { return read.indexOf(said(e)) < 0 && e.closest(".sentence").querySelector(".cite"); });
  }
  function mayCopy(dossier, sentences, apart, all) {
    if (apart) { return window.confirm(dossier.dataset.unverified); }
    var unread = dossier.dataset.state === "approved" ? [] : unreadOf(dossier, sentences);
    var doubts = all && dossier.dataset.unanswered ? [dossier.dataset.unanswered] : [];
    if (unread.length) { doubts.push(unread.length === 1 ? dossier.dataset.unreadOne : dossier.dataset.unread.replace("#", unread.length)); }
    return !doubts.length || window.confirm(doubts.join("\n\n"));
  }
  // A letter in which an answer is missing goes along only after one says so.
  document.addEventListener("click", function (event) {
    var link = event.target.closest("a[data-takes]");
    var dossier = link && document.querySelector("[data-dossier]");
    if (dossier && dossier.dataset.unanswered && !window.confirm(dossier.dataset.unanswered)) { event.preventDefault(); }
  });
  document.addEventListener("copy", function (event) {
    var dossier = event.target.closest && event.target.closest("[data-dossier]");
    if (!dossier || event.target.closest("input, textarea, .beside")) { return; }
    var text = String(window.getSelection());
    if (!text.trim()) { return; }
    event.preventDefault();
    var within = function (e) { return text.indexOf(said(e)) >= 0; };
    var sentences = Array.from(dossier.querySelectorAll("[data-sentence-text]")).filter(within);
    var apart = Array.from(dossier.querySelectorAll("[data-apart-text]")).some(within);
    if (!mayCopy(dossier, sentences, apart)) { return; }
    var references = [];
    sentences.forEach(function (e) {
      var whole = e.closest(".sentence");
      // a sentence that a person answers for goes with the reason, not with a source that does not bear it
      var why = document.getElementById(whole.id.replace("s-", "why-"));
      var from = why ? why.querySelectorAll(".own-account") : whole.querySelectorAll(".cite");
      from.forEach(function (c) {
        if (c.dataset.reference && references.indexOf(c.dataset.reference) < 0) { references.push(c.dataset.reference); }
      });
    });
    event.clipboardData.setData("text/plain", text + "\n\n" + (references.length ? references.join("\n") + "\n\n" : "") + (dossier.dataset.mark ? dossier.dataset.mark + "\n" : ""));
  });
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-copy]");
    var dossier = button && dossierOf(button);
    if (!dossier) { return; }
    var all = button.dataset.copy === "all";
    var place = all ? dossier : document.getElementById("question-" + button.dataset.copy);
    if (!mayCopy(dossier, Array.from(place.querySelectorAll("[data-sentence-text]")), false, all)) { return; }
    var text = fetchPart("/dossiers/" + dossier.dataset.dossier + "/copy" + (all ? "" : "?question=" + button.dataset.copy))
      .then(function (answer) { if (!answer.ok) { throw new Error("not copied"); } return JSON.parse(answer.text); });
    var piece = function (kind, name) { return text.then(function (copy) { return new Blob([copy[name]], { type: kind }); }); };
    navigator.clipboard.write([new ClipboardItem({ "text/html": piece("text/html", "html"), "text/plain": piece("text/plain", "plain") })])
      .then(function () { say(dossier.dataset.copied); button.textContent = dossier.dataset.copied; })
      .catch(function () { say(root.lang === "en" ? "Copying failed." : "Kopiëren is niet gelukt."); });
  });

  var found = document.getElementById("found") || document.getElementById("problem");
  if (found) { found.focus(); }
  var results = document.getElementById("h-found");
  // Who comes back finds the page where it was left.
  var came = performance.getEntriesByType("navigation")[0];
  if (results && !(came && came.type === "back_forward")) { results.focus({ preventScroll: true }); results.scrollIntoView({ block: "start" }); }
})();
