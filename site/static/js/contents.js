// Marks in the table of contents which part of the post is being read.
const list = document.querySelector(".contents");
const links = new Map();
for (const link of list.querySelectorAll("a")) {
  const heading = document.getElementById(decodeURIComponent(link.hash.slice(1)));
  if (heading) links.set(heading, link);
}

// Where the list stands beside the text, it is open for those who do not see it, too.
const wide = matchMedia("(min-width: 75rem)");
const unfold = () => { if (wide.matches) list.firstElementChild.open = true; };
wide.addEventListener("change", unfold);
unfold();

const mark = () => {
  const passed = [...links.keys()].filter((heading) => heading.getBoundingClientRect().top < innerHeight / 3);
  const current = links.get(passed.at(-1));
  for (const link of links.values()) {
    if (link === current) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
};

// A heading that crosses the line at a third of the window begins or ends a part.
const observer = new IntersectionObserver(mark, { rootMargin: "0px 0px -66.6% 0px" });
for (const heading of links.keys()) observer.observe(heading);
