import { z } from 'zod'
import { breakCodes } from '../../models/break-code.ts'

const amount = z
	.string()
	.regex(/^\d{1,30}(\.\d{1,4})?$/, 'an amount such as 5000 or 880.50')
	.meta({ digits: true })
const share = z
	.string()
	.regex(/^(100|\d{1,2}(\.\d{1,4})?) ?%$/, 'a share such as 1 % or 0.5 %')
	.transform((text) => text.replace('%', '').trim())
const codes = z.array(z.enum(breakCodes)).min(1)
const entities = z.array(z.string().min(1)).min(1)

const materiality = z
	.strictObject({
		entity: z.string().min(1).optional().describe('the company’s code of a legal entity; default: all together'),
		currency: z
			.string()
			.regex(/^[A-Z]{3}$/, 'an ISO 4217 code')
			.optional()
			.describe('amounts in this currency alone; default: all, in the reporting currency'),
		amount: amount.optional(),
		percent: share.optional().describe('of the revenue of the same cells'),
	})
	.refine((rule) => rule.amount !== undefined || rule.percent !== undefined, 'an amount, a percent or both')

const assignment = z.strictObject({
	codes: codes.optional(),
	entities: entities.optional(),
	above: amount.optional().describe('only items of more than this, in the reporting currency'),
	owner: z.string().min(1),
	days: z
		.string()
		.regex(/^([1-9]|[1-9]\d)$/, 'days from 1 to 99')
		.meta({ digits: true })
		.transform(Number)
		.optional()
		.describe('days after the period’s end until it is due'),
})

const certification = z.strictObject({
	name: z.string().min(1).describe('what the paper calls the rule'),
	codes: codes.optional().describe('breaks that a quiet cell may have; default: none'),
	entities: entities.optional(),
	variance: amount.default('0').describe('the most that bookings and revenue may differ, in the reporting currency'),
	percent: share.optional().describe('of the larger of bookings and revenue'),
})

/** `close:` of `tieout.yml`: how periods are signed. */
export const closeSchema = z
	.strictObject({
		per_entity: z.boolean().default(false).describe('a paper for each legal entity, then the company’s'),
		materiality: z
			.array(materiality)
			.default([])
			.describe(
				'unexplained above any of these can’t be signed without a reason; company.materiality always counts too',
			),
		assign: z.array(assignment).default([]).describe('whose an item is: the first rule that fits'),
		certify: z
			.array(certification)
			.default([])
			.describe('cells that are certified by rule when a paper is prepared: the first rule that fits'),
		attachment_limit: z
			.string()
			.regex(/^[1-9]\d{0,3}(MB|GB)$/, 'a size such as 25MB or 1GB')
			.default('100MB')
			.describe('the largest file that may be attached to an item'),
	})
	.prefault({})

export type CloseValues = z.output<typeof closeSchema>
