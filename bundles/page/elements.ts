/** Elements of the page. */

/** The element with an id. */
export function element<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

/** Makes an element with properties and children. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  properties: Partial<HTMLElementTagNameMap[Tag]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** The text that a pane shows while no function is chosen. */
export function chooseFunction(): HTMLElement {
  return placeholder("Choose a function: a box of the graph, or a name in the tables.");
}

/** A paragraph in the place of contents that there are not. */
export function placeholder(text: string): HTMLElement {
  return make("p", { className: "empty" }, text);
}

/** A square of a colour of the style sheet's. */
export function swatch(color: string): HTMLElement {
  const square = make("span", { className: "swatch" });
  square.style.background = `var(--${color})`;
  return square;
}

/** A button that looks like a link: it leads to another place of the page. */
export function link(text: string, onClick: () => void): HTMLButtonElement {
  const button = make("button", { type: "button", className: "link", title: text }, text);
  button.addEventListener("click", onClick);
  return button;
}
