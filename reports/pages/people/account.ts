import type { CellContext } from '../../cell.ts'
import type { Viewer } from '../../context.ts'
import { DoneBanner, FailureBanner, Field, PostForm } from '../../form.ts'
import { Moment } from '../../format.ts'
import { type Html, html } from '../../html.ts'
import type { Column } from '../../report.ts'
import { Table } from '../../table.ts'
import type { Failure } from '../failure.ts'

/** A personal token without its secret. Moments are UTC. */
export type OwnToken = {
	tokenId: number
	name: string
	createdAt: string
	endsAt: string | null
	usedAt: string | null
	revokedAt: string | null
}

/** What the page of one's own account shows. `newToken`: shown this once. */
export type AccountPage = {
	viewer: Viewer
	email: string | null
	mustChangePassword: boolean
	tokens: readonly OwnToken[]
	newToken?: string | undefined
	done?: string | undefined
	failure?: Failure | undefined
	now: Date
}

/** `/account`: who I am here, my password, my tokens for the command line, sign out. */
export function AccountView({ page, context }: { page: AccountPage; context: CellContext }): Html {
	const { viewer, failure } = page
	return html`<div class="heading"><h1>${viewer.name}</h1><p class="question">Your account.</p></div>
		<${DoneBanner} text=${page.done} /><${FailureBanner} failure=${failure} />
		${page.mustChangePassword && html`<p class="banner warn" role="note">Somebody else chose your password. Choose one of your own: everything else opens after that.</p>`}
		${page.newToken && html`<${NewToken} token=${page.newToken} />`}
		<dl class="facts">
			<div><dt>Signs in as</dt><dd><code>${viewer.userId}</code>${page.email && html` or ${page.email}`}</dd></div>
			<div><dt>Role</dt><dd>${viewer.role}: ${roleWords[viewer.role]}</dd></div>
			${viewer.isAdmin && html`<div><dt>Administrator</dt><dd><a href="/users">adds people and gives roles</a></dd></div>`}
		</dl>
		${viewer.formToken ? html`<${Password} ...${page} /><${Tokens} page=${page} context=${context} /><${SignOut} token=${viewer.formToken} />` : html`<p class="muted">Opened with a token: passwords and tokens are changed in a session of a browser.</p>`}`
}

/** What a role may do, for whoever gives or has it. */
export const roleWords: Record<string, string> = {
	reader: 'sees everything, changes nothing',
	preparer: 'works on items and prepares papers',
	reviewer: 'reviews, locks and reopens papers; may prepare those that another reviews',
}

function NewToken({ token }: { token: string }): Html {
	return html`<div class="banner ok" role="status"><p>Your new token. It is shown this once: keep it where you keep passwords.</p>
		<p><code class="secret">${token}</code></p><p>The command line takes it as <code>TIEOUT_TOKEN</code>, programs as <code>Authorization: Bearer</code>.</p></div>`
}

function Password({ viewer, failure }: AccountPage): Html {
	return html`<section class="table" aria-labelledby="password-title"><h2 id="password-title">Password</h2>
		<${PostForm} action="/account/password" token=${viewer.formToken}>
			<input type="hidden" name="username" value=${viewer.userId} autocomplete="username" />
			<${Field} name="password" label="Your password now" type="password" autocomplete="current-password" failure=${failure} id="password-now" />
			<${Field} name="new_password" label="New password" type="password" autocomplete="new-password" failure=${failure} hint="12 characters or more; any of them" />
			<${Field} name="again" label="New password again" type="password" autocomplete="new-password" failure=${failure} />
			<p><button type="submit">Change the password</button> <span class="muted">It ends your sessions everywhere; tokens stay.</span></p>
		<//></section>`
}

const columns: Column[] = [
	{ name: 'name', title: 'Token', kind: 'text' },
	{ name: 'createdAt', title: 'Made', kind: 'moment' },
	{ name: 'usedAt', title: 'Last used', kind: 'moment', missing: 'never' },
	{ name: 'endsAt', title: 'Ends', kind: 'moment', missing: 'when it is revoked' },
	{ name: 'action', title: 'Revoke', kind: 'text', show: (row) => row['action'] as Html },
]

function Tokens({ page, context }: { page: AccountPage; context: CellContext }): Html {
	const token = page.viewer.formToken
	const rows = page.tokens.map((one) => ({ ...one, action: TokenEnd({ one, token, now: page.now }) }))
	return html`<${Table} id="tokens" caption="Tokens" columns=${columns} rows=${rows} context=${context} note="For the command line and for programs: each acts as you" empty="No tokens: the command line needs one to sign for you." />
		<${PostForm} action="/account/token" token=${token} class="entry row" aria-label="New token">
			<${Field} name="name" label="What it is for" value="command line" id="token-name" />
			<${Field} name="days" label="Days" value="90" type="number" hint="1 to 366" />
			<p><button type="submit">Make a token</button></p>
		<//>`
}

function TokenEnd({ one, token, now }: { one: OwnToken; token: string | null; now: Date }): Html {
	if (one.revokedAt) return html`revoked <${Moment} at=${one.revokedAt} />`
	if (one.endsAt && Date.parse(one.endsAt) <= now.getTime()) return 'ended'
	return html`<${PostForm} action="/account/revoke" token=${token} class="inline">
		<button type="submit" name="token_id" value=${one.tokenId} aria-label=${`Revoke ${one.name}`}>Revoke</button><//>`
}

function SignOut({ token }: { token: string }): Html {
	return html`<${PostForm} action="/logout" token=${token}><p><button type="submit">Sign out</button></p><//>`
}
