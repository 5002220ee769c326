// Plays what another site shows, in the place of its poster, when a reader asks for it and not before.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-player]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  const player = new URL(link.dataset.player);
  player.searchParams.set("autoplay", "1");
  const frame = document.createElement("iframe");
  frame.src = player;
  frame.title = link.textContent.trim();
  frame.allow = "autoplay; encrypted-media; fullscreen; picture-in-picture";
  frame.referrerPolicy = "strict-origin-when-cross-origin";
  frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-popups allow-presentation");
  const { width, height } = link.dataset;
  if (width && height) frame.style.aspectRatio = `${width} / ${height}`;
  else if (height) frame.style.height = `${height}px`;
  link.replaceWith(frame);
  frame.focus();
});
