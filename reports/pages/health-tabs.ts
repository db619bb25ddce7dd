import { type Html, html } from '../html.ts'

/** The pages of Health. */
export function HealthTabs({ current }: { current: 'Checks' | 'Alerts' | 'Runs' | 'Quarantine' }): Html {
	return Tabs({
		label: 'Health',
		current,
		tabs: [
			['Checks', '/checks'],
			['Alerts', '/alerts'],
			['Runs', '/runs'],
			['Quarantine', '/quarantine'],
		],
	})
}

/** The two pages of Data. */
export function DataTabs({ current }: { current: 'Models' | 'SQL' }): Html {
	return Tabs({
		label: 'Data',
		current,
		tabs: [
			['Models', '/models'],
			['SQL', '/sql'],
		],
	})
}

function Tabs({ label, current, tabs }: { label: string; current: string; tabs: [string, string][] }): Html {
	return html`<nav class="tabs" aria-label=${label}>${tabs.map(
		([name, path]) => html`<a href=${path} aria-current=${name === current ? 'page' : undefined}>${name}</a>`,
	)}</nav>`
}
