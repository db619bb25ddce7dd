import { html as template } from 'htm/preact'
import { type ComponentChildren, h, type VNode } from 'preact'
import { renderToString } from 'preact-render-to-string'

/** What a component returns: text is escaped when it is rendered. */
export type Html = ComponentChildren

/** Markup as a tagged template; what is put into it is escaped, and a component is `<${Component} name=... />`. */
export const html: (strings: TemplateStringsArray, ...values: unknown[]) => Html = template

/** The markup as text. */
export function renderHtml(markup: Html): string {
	return renderToString(h('div', null, markup) as VNode).slice('<div>'.length, -'</div>'.length)
}

/** Markup that our own code has made already (a chart's SVG), put in as it stands inside `<figure>`. */
export function RawFigure({ svg, caption, class: className }: { svg: string; caption?: string; class?: string }): Html {
	const label = caption ? `${svg}<figcaption>${escapeText(caption)}</figcaption>` : svg
	return h('figure', { class: className, dangerouslySetInnerHTML: { __html: label } })
}

/** Text made safe to stand in markup. */
export function escapeText(text: string): string {
	return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}
