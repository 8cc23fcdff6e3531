// Runs before the first paint, so that a chosen theme does not flash.
(() => {
  const KEY = "twin.theme";
  const root = document.documentElement;
  const read = () => { try { return localStorage.getItem(KEY); } catch { return null; } };
  const dark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  const chosen = read();
  if (chosen === "dark" || chosen === "light") root.dataset.theme = chosen;
  addEventListener("DOMContentLoaded", () => {
    const button = document.getElementById("theme");
    const show = () => {
      button.dataset.next = dark() ? "light" : "dark";
      button.setAttribute("aria-label", `Switch to the ${button.dataset.next} theme`);
      button.title = button.getAttribute("aria-label");
    };
    button.addEventListener("click", () => {
      root.dataset.theme = button.dataset.next;
      try { localStorage.setItem(KEY, root.dataset.theme); } catch { /* private window: the choice lasts until the page closes */ }
      show();
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
    show();
  });
})();
