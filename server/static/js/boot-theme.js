// Runs before the first paint, so that a dark page never flashes white.
(function () {
  try {
    var settings = JSON.parse(localStorage.getItem("kb.settings") || "{}");
    if (settings.theme === "light" || settings.theme === "dark") {
      document.documentElement.dataset.theme = settings.theme;
    }
  } catch (error) {
    // Storage is switched off or holds something else: the system's theme stands.
  }
})();
