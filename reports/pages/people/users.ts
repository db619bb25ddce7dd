import type { CellContext } from '../../cell.ts'
import type { Viewer } from '../../context.ts'
import { DoneBanner, FailureBanner, Field, PostForm, Select } from '../../form.ts'
import { type Html, html } from '../../html.ts'
import type { Column } from '../../report.ts'
import { Status } from '../../status.ts'
import { Table } from '../../table.ts'
import type { Failure } from '../failure.ts'
import { roleWords } from './account.ts'

/** An account as the list shows it. Moments are UTC. */
export type ListedAccount = {
	userId: string
	name: string
	email: string | null
	role: string
	isAdmin: boolean
	createdAt: string
	signedInAt: string | null
	disabledAt: string | null
	tokenCount: number
}

/** What the page of people shows; `given`: what was typed into a form that was not taken. */
export type UsersPage = {
	viewer: Viewer
	accounts: readonly ListedAccount[]
	done?: string | undefined
	failure?: Failure | undefined
	given?: Record<string, string> | undefined
}

/** `/users`, for administrators: who has an account, with which role; add, change, disable. */
export function UsersView({ page, context }: { page: UsersPage; context: CellContext }): Html {
	const rows = page.accounts.map((one) => ({
		...one,
		state: one.disabledAt ? 'disabled' : 'active',
		change: Change({ one, page }),
	}))
	return html`<div class="heading"><h1>People</h1><p class="question">Who may do what?</p></div>
		<${DoneBanner} text=${page.done} /><${FailureBanner} failure=${page.failure} />
		<${Table} caption="Accounts" isTitled columns=${columns} rows=${rows} context=${context} note="Disabled, never deleted: signatures keep their names" empty="Nobody has an account." />
		<${AddForm} page=${page} />
		<p class="muted">Every change here is a line of the <a href="/journal">journal</a>.</p>`
}

const columns: Column[] = [
	{ name: 'name', title: 'Name', kind: 'text' },
	{ name: 'userId', title: 'Signs in as', kind: 'id' },
	{ name: 'email', title: 'E-mail', kind: 'text', missing: 'none' },
	{
		name: 'role',
		title: 'Role',
		kind: 'text',
		show: (row) => html`${row['role']}${row['isAdmin'] && ', administrator'}`,
	},
	{
		name: 'state',
		title: 'State',
		kind: 'text',
		show: (row) => html`<${Status} status=${row['state'] === 'active' ? 'pass' : 'not run'} word=${row['state']} />`,
	},
	{ name: 'signedInAt', title: 'Last signed in', kind: 'moment', missing: 'never' },
	{ name: 'tokenCount', title: 'Tokens', kind: 'count' },
	{ name: 'change', title: 'Change', kind: 'text', show: (row) => row['change'] as Html },
]

const roleValues = [
	['reader', 'reader'],
	['preparer', 'preparer'],
	['reviewer', 'reviewer'],
] as const

function Change({ one, page }: { one: ListedAccount; page: UsersPage }): Html {
	const { formToken } = page.viewer
	if (!formToken) return null
	const id = `role-${one.userId}`
	if (one.disabledAt)
		return html`<${PostForm} action="/users/enable" token=${formToken} class="inline"><button type="submit" name="user_id" value=${one.userId} aria-label=${`Enable ${one.name}`}>Enable</button><//>`
	return html`<details class="change"><summary aria-label=${`Change ${one.name}`}>Change</summary>
		<${PostForm} action="/users/role" token=${formToken} class="inline"><input type="hidden" name="user_id" value=${one.userId} />
			<${Select} name="role" label="Role" values=${roleValues} chosen=${one.role} id=${id} isHidden />
			<label><input type="checkbox" name="is_admin" value="yes" checked=${one.isAdmin || undefined} /> administrator</label>
			<button type="submit">Set</button><//>
		<${PostForm} action="/users/password" token=${formToken} class="inline"><input type="hidden" name="user_id" value=${one.userId} />
			<label>New password <input name="password" type="password" autocomplete="new-password" required /></label> <button type="submit">Set</button><//>
		<${PostForm} action="/users/disable" token=${formToken} class="inline"><button type="submit" name="user_id" value=${one.userId} aria-label=${`Disable ${one.name}`}>Disable</button> <span class="muted">ends sessions and tokens at once</span><//>
	</details>`
}

function AddForm({ page: { viewer, failure, given = {} } }: { page: UsersPage }): Html {
	if (!viewer.formToken) return null
	return html`<section class="table" aria-labelledby="add-title"><h2 id="add-title">Add a person</h2>
		<${PostForm} action="/users/add" token=${viewer.formToken}>
			<${Field} name="userId" label="Signs in as" value=${given['userId']} failure=${failure} hint="a-z, 0-9, dot, dash, underscore; for ever this person’s" />
			<${Field} name="name" label="Name" value=${given['name']} failure=${failure} hint="as it will stand under signatures" />
			<${Field} name="email" label="E-mail" value=${given['email']} failure=${failure} isRequired=${false} />
			<${Select} name="role" label="Role" values=${roleValues.map(([value]) => [value, `${value}: ${roleWords[value]}`])} chosen=${given['role'] ?? 'preparer'} />
			<${Field} name="password" label="First password" type="password" autocomplete="new-password" failure=${failure} hint="12 characters or more; must be changed when signing in" />
			<p><button type="submit" class="main">Add</button></p>
		<//></section>`
}
