import { type Html, html, renderHtml } from './html.ts'

/** A page before anybody is known: nothing of the company, no navigation. */
export function renderPlainPage(properties: { title: string; content: Html; assets: { style: string } }): string {
	return `<!doctype html><html lang="en">${renderHtml(html`<${Document} ...${properties} />`)}</html>`
}

function Document({ title, content, assets }: Parameters<typeof renderPlainPage>[0]): Html {
	return html`<head>
			<meta charset="utf-8" /><meta name="viewport" content="width=device-width, initial-scale=1" />
			<meta name="color-scheme" content="light dark" /><meta name="robots" content="noindex" />
			<title>${title} · tieout</title>
			<link rel="icon" href="/assets/icon.svg" type="image/svg+xml" />
			<link rel="stylesheet" href=${assets.style} />
		</head>
		<body class="plain"><header><span class="brand">tieout</span></header><main id="content">${content}</main></body>`
}
