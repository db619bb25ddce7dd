import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { TieoutError } from '../models/error.ts'
import { exchangeCode } from './auth.ts'
import { type ClientEffects, createClient, secretsOf } from './client.ts'
import { createTransport } from './http.ts'
import { redactor } from './redact.ts'
import type { Connection, Consent, Source } from './source.ts'
import type { ExtractState } from './state.ts'
import { loginOf, takeLogin, tokenEndpoint } from './token-endpoint.ts'

/** A consent that is asked for: the address that the person opens, and what its answer is known by. */
export type ConsentRequest = { url: string; state: string; verifier: string | null; redirectUri: string }

/** An address to open, made from what the source declares, with a state and a challenge that nobody can guess. */
export function consentRequest(consent: Consent, redirectUri: string): ConsentRequest {
	const state = randomBytes(24).toString('base64url')
	const verifier = consent.hasNoChallenge ? null : randomBytes(48).toString('base64url')
	const url = new URL(consent.authorizeUrl)
	const parameters = {
		response_type: 'code',
		client_id: consent.client.clientId,
		redirect_uri: redirectUri,
		scope: consent.scopes.join(' '),
		state,
		...consent.parameters,
		...(verifier && {
			code_challenge: createHash('sha256').update(verifier).digest('base64url'),
			code_challenge_method: 'S256',
		}),
	}
	for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
	return { url: url.href, state, verifier, redirectUri }
}

/** Does this redirect answer the request? Anything else that knocks (another tab, another program) does not know the state. */
export function isAnswerTo({ state }: ConsentRequest, parameters: URLSearchParams): boolean {
	const given = Buffer.from(parameters.get('state') ?? '')
	return given.length === state.length && timingSafeEqual(given, Buffer.from(state))
}

/**
 * Takes the answer of a consent: exchanges its code, and keeps the tokens where the connection's login finds them, under the login's lock.
 * Throws `consent.refused` in the vendor's words, `consent.other_account` when it is for another account than the connection reads.
 */
export async function takeConsent(
	{ source, connection, consent }: { source: Source; connection: Connection; consent: Consent },
	request: ConsentRequest,
	parameters: URLSearchParams,
	state: ExtractState,
	{ transport = createTransport(), machineNow = Date.now }: Pick<ClientEffects, 'transport' | 'machineNow'> = {},
): Promise<void> {
	const { add: addSecret, redact } = redactor(secretsOf(source, connection))
	const code = codeOf(parameters, consent, connection, redact)
	addSecret(code)
	const lock = await takeLogin(state, source, connection)
	try {
		const post = tokenEndpoint({ source, connection, transport, addSecret, redact })
		const saveTokens: ExtractState['saveTokens'] = state.saveTokens
		const login = loginOf(source, connection)
		await exchangeCode(
			consent.client,
			{ code, verifier: request.verifier, redirectUri: request.redirectUri },
			{ post, machineNow, saveTokens: (tokens) => saveTokens(login, tokens) },
		)
	} finally {
		await lock.release()
		await transport.close()
	}
}

/** What the login reaches, as the source asks for it; an empty list where it has no such question. */
export async function reached(
	source: Source,
	connection: Connection,
	state: ExtractState,
	effects: ClientEffects = {},
): Promise<{ name: string; detail: string }[]> {
	const client = createClient(source, connection, state, effects)
	try {
		return (await (source.reach ?? source.probe)?.(connection.options, client.ask)) ?? []
	} finally {
		await client.close()
	}
}

function codeOf(
	parameters: URLSearchParams,
	consent: Consent,
	{ name, options }: Connection,
	redact: (text: string) => string,
): string {
	const refusal = [parameters.get('error'), parameters.get('error_description')].filter((part) => part).join(': ')
	const code = parameters.get('code')
	if (refusal || !code)
		throw new TieoutError(
			'vendor',
			'consent.refused',
			`the consent was not given: ${redact(refusal) || 'no code came'}`,
			{
				where: name,
				next: `tieout connect ${name}, by a person who may permit the app`,
			},
		)
	for (const [parameter, option] of Object.entries(consent.redirected ?? {})) {
		const given = parameters.get(parameter)
		if (given === null || given === String(options[option])) continue
		throw new TieoutError(
			'configuration',
			'consent.other_account',
			`the consent is for ${parameter} ${given}, but connections.${name}.options.${option} is ${options[option]}`,
			{
				where: name,
				next: `write ${option}: "${given}" in tieout.yml if that is the one that is meant, then tieout connect ${name} again`,
			},
		)
	}
	return code
}
