"use strict";
(() => {
  const box = document.getElementById("find");
  const found = document.getElementById("found");
  const items = [...document.querySelectorAll("[data-find]")];

  const filter = () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const item of items) {
      item.hidden = !words.every((word) => item.dataset.find.includes(word));
      shown += item.hidden ? 0 : 1;
    }
    found.textContent = words.length ? `${shown} of ${items.length} shown` : "";
    if (words.length) for (const folder of document.querySelectorAll("details.folder")) folder.open = true;
  };

  const copy = async (button) => {
    const text = button.previousElementSibling.textContent.trimEnd();
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      getSelection().selectAllChildren(button.previousElementSibling);
      button.textContent = "Selected";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  };

  const unfold = () => {
    const target = document.getElementById(location.hash.slice(1));
    for (let around = target; around; around = around.parentElement) if (around.localName === "details") around.open = true;
    if (target) target.scrollIntoView();
  };

  const word = new URLSearchParams(location.search).get("find");
  document.getElementById("filter").hidden = false;
  box.addEventListener("input", filter);
  if (word) { box.value = word; filter(); }
  for (const button of document.querySelectorAll("button.copy")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
  addEventListener("hashchange", unfold);
  unfold();
  addEventListener("beforeprint", () => {
    for (const details of document.querySelectorAll(".card details, details.plain")) details.open = true;
  });
})();
