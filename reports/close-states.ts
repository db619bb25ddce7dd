import type { PaperSummary } from './pages/close/paper-data.ts'

/** What pages of the reconciliation say of the close. */
export type CloseStates = {
	/** The company's paper of a period; null where there is none to speak of. */
	paper(periodId: string): Promise<PaperSummary | null>
	/** Periods whose paper is locked. */
	locked(): Promise<ReadonlySet<string>>
	/** Changes with every decision. */
	version(): Promise<string>
}

/** Without a close: nothing is signed and nothing is locked. */
export const noClose: CloseStates = {
	paper: async () => null,
	locked: async () => new Set(),
	version: async () => '',
}
