import type { Html } from '../html.ts'
import { Tabs } from '../tabs.ts'

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
