import { type ConsentRequest, consentRequest, isAnswerTo, reached, takeConsent } from '../../extract/consent.ts'
import { sourceOf } from '../../extract/run.ts'
import type { Connection, Consent, Source } from '../../extract/source.ts'
import { TieoutError } from '../../models/error.ts'
import { type Command, type CommandContext, type CommandInput, document, line } from '../command.ts'
import type { Config } from '../config.ts'
import { type ConsentListener, listenForConsent, pastedConsent } from '../consent-listener.ts'
import { errorDocument, exitCodes } from '../errors.ts'
import { extractState } from '../extract-state.ts'
import { loadProject } from '../load-project.ts'
import { connectionsOf } from '../sources.ts'
import { openState, type State } from '../state.ts'
import { portOf } from './port.ts'

/** What is asked for on 127.0.0.1 unless said otherwise: vendors want the exact address registered. */
const usualPort = 4180

/** How long a person may take. Milliseconds. */
const patience = 15 * 60_000

/**
 * `tieout connect`: a person's consent to a connection, on this machine. Prints the address to open and opens nothing; the refresh token
 * goes into the project's state and is never shown.
 */
export const connect: Command = async (context, input) => await connectWith(context, input, process.stdin)

/** The same; `pasted`: where the address at which the browser ended is read from, with `--redirect-uri`. */
export async function connectWith(
	context: CommandContext,
	{ names, flags }: CommandInput,
	pasted: NodeJS.ReadableStream,
): Promise<number> {
	const config = await loadProject(context.folder, context)
	const account = accountOf(config, names[0] ?? '')
	const { redirectUri } = flags
	if (account.consent.needsHttps) refusePlain(account, redirectUri)
	const state = await openState(config.project.state)
	const listener =
		typeof redirectUri === 'string'
			? pastedConsent(redirectUri, pasted)
			: await listenForConsent(portOf(flags['port'], usualPort))
	try {
		const request = consentRequest(account.consent, listener.redirectUri)
		invite(account, request, typeof redirectUri === 'string', context)
		await waitAndTake(account, request, listener, state, context)
		return await tellReach(account, state, context)
	} finally {
		await listener.close()
		await state.close()
	}
}

type Account = { source: Source; connection: Connection; consent: Consent }

function accountOf(config: Config, name: string): Account {
	const given = connectionsOf(config).find((one) => one.name === name)
	if (!given)
		throw new TieoutError('usage', 'usage.unknown_connection', `there is no connection ${name}`, {
			allowed: config.connections.map((one) => one.name),
			next: 'name a connection of tieout.yml',
		})
	const { source, connection } = sourceOf(given, [...config.ownSources])
	const consent = source.consent?.(connection.options)
	if (consent) return { source, connection, consent }
	const canConsent = source.consent !== undefined
	throw new TieoutError('usage', 'consent.not_asked', `connections.${name} logs in without a person’s consent`, {
		where: `connections.${name}.options.refresh_token`,
		next: canConsent
			? 'to log in by consent, write "refresh_token: consent" under its options (with client_id, and client_secret where the app has one), then run this again'
			: `${source.title} has no such login: tieout doctor tries the one it has`,
	})
}

/** The vendor would refuse the address of this machine only after the person has logged in. */
function refusePlain({ source, connection }: Account, redirectUri: unknown) {
	if (typeof redirectUri === 'string' && redirectUri.startsWith('https://')) return
	throw new TieoutError(
		'usage',
		'consent.needs_https',
		`${source.title} sends the browser back to https addresses alone`,
		{
			where: '--redirect-uri',
			next: `register any https page of yours at the vendor, then: tieout connect ${connection.name} --redirect-uri <that address>, and paste where the browser ended`,
		},
	)
}

/** The address, for a person to open: on the notes, so that the data of `--json` stays alone. */
function invite(
	{ connection }: Account,
	request: ConsentRequest,
	isPasted: boolean,
	{ notes, notesStyle }: CommandContext,
) {
	line(notes, `The app must have this address to come back to, exactly: ${request.redirectUri}`)
	line(notes, `Open this address in a browser, as a person who may permit the app to read ${connection.name}:`)
	line(notes)
	line(notes, notesStyle.bold(request.url))
	line(notes)
	line(
		notes,
		isPasted
			? 'Then paste the address at which the browser ended, and Enter:'
			: 'Waiting for the consent (Ctrl-C ends it) ...',
	)
}

async function waitAndTake(
	account: Account,
	request: ConsentRequest,
	listener: ConsentListener,
	state: State,
	{ signal }: CommandContext,
) {
	const both = AbortSignal.any([signal, AbortSignal.timeout(patience)])
	const { parameters, tell } = await listener.redirected((given) => isAnswerTo(request, given), both)
	try {
		await takeConsent(account, request, parameters, extractState(state.db))
		await tell('Connected', `tieout may now read ${account.connection.name}. This window may be closed.`)
	} catch (error) {
		const { message } = errorDocument(error).error
		await tell('Not connected', message)
		throw error
	}
}

async function tellReach({ source, connection }: Account, state: State, context: CommandContext): Promise<number> {
	const { name } = connection
	const found = await reached(source, connection, extractState(state.db), { signal: context.signal })
	if (context.isJson) {
		document(context.out, { schema: 'tieout.connect/1', connection: name, is_connected: true, reached: found })
		return exitCodes.fine
	}
	line(context.out, `${context.outStyle.ok} ${name} is connected; its token is kept in the project's state`)
	for (const { name: what, detail } of found) line(context.out, `  ${what}: ${detail}`)
	line(context.notes, `next: tieout doctor --source ${name}`)
	return exitCodes.fine
}
