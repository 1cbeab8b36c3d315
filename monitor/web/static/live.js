// Everything works without this file: it spares a reload, and empty fields in addresses.
"use strict";
(() => {
  document.querySelector("form.search")?.addEventListener("formdata", ({ formData }) => {
    for (const [name, value] of [...formData]) if (value === "") formData.delete(name);
  });

  const live = document.getElementById("live");
  if (!live) return;
  let tag = live.dataset.tag;
  let timer = 0;

  // Nothing is taken away from under a keyboard or a selection.
  const inUse = () => live.contains(document.activeElement) || !getSelection().isCollapsed;

  async function look() {
    try {
      const answer = await fetch(live.dataset.live, { headers: { "If-None-Match": tag } });
      const text = answer.status === 200 ? await answer.text() : "";
      if (text && !inUse()) {
        const open = [...live.querySelectorAll("details[open]")].map((each) => each.id);
        live.innerHTML = text;
        open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
        tag = answer.headers.get("ETag");
      }
    } catch {
      // The server is away: the next look may find it again.
    }
    wait();
  }

  function wait() {
    clearTimeout(timer);
    if (!document.hidden) timer = setTimeout(look, 10000);
  }

  document.addEventListener("visibilitychange", wait);
  wait();
})();
