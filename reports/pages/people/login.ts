import { FailureBanner, Field, PostForm } from '../../form.ts'
import { type Html, html } from '../../html.ts'
import type { Failure } from '../failure.ts'

/** `/login`: name and password. `next`: where to go after it. */
export function LoginView({
	next,
	account,
	failure,
}: {
	next: string
	account: string
	failure?: Failure | undefined
}): Html {
	return html`<h1>Sign in</h1>
		<${FailureBanner} failure=${failure} />
		<${PostForm} action="/login" token=${null}>
			<input type="hidden" name="next" value=${next} />
			<${Field} name="account" label="Name or e-mail address" value=${account} autocomplete="username" autofocus=${account === ''} />
			<${Field} name="password" label="Password" type="password" autocomplete="current-password" autofocus=${account !== ''} />
			<p><button type="submit" class="main">Sign in</button></p>
		<//>
		<p class="muted">No account, or a forgotten password: an administrator helps, or whoever runs this server (<code>tieout user</code>).</p>`
}
