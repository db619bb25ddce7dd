import { z } from 'zod'
import { canonical, type Entity } from '../../../models/canonical.ts'

const scalar = z.union([z.string(), z.boolean(), z.number()]).transform(String)
const scalars = z.union([scalar.transform((one) => [one]), z.array(scalar).min(1)])
const path = z.string().min(1).describe('a column, or a column of the row that a link leads to: parent.currency')

/** All columns named must fit: a value, one of several, `not` them, `empty` or not, or the `same_as` another column's. */
const condition = z.record(
	path,
	z.union([
		scalars,
		z.strictObject({ not: scalars }),
		z.strictObject({ empty: z.boolean() }),
		z.strictObject({ same_as: path }),
	]),
)

/** Where a canonical column's value comes from. A text alone is a column of the file. */
export type Expression =
	| string
	| { value: string }
	| { column: string; map: Record<string, string>; else?: string | undefined }
	| { text: string }
	| { when: Condition; is?: Expression | undefined; else?: Expression | undefined }
	| { first: Expression[] }
	| { less: [Expression, Expression] }
	| { negative: Expression }
	| { product: Expression[]; less_percent?: Expression | undefined; round?: Expression | undefined }
	| { share_of: Expression; part: Expression; whole: Expression; round: Expression }
	| { of: string; by: string; take: string; several?: 'empty' | undefined }

/** The forms of an expression, by the word that only they have. */
const forms: Record<string, () => z.ZodType> = {
	value: () => z.strictObject({ value: scalar }),
	map: () => z.strictObject({ column: path, map: z.record(z.string(), scalar), else: scalar.optional() }),
	text: () => z.strictObject({ text: z.string() }),
	when: () => z.strictObject({ when: condition, is: expression.optional(), else: expression.optional() }),
	first: () => z.strictObject({ first: z.array(expression).min(2) }),
	less: () => z.strictObject({ less: z.tuple([expression, expression]) }),
	negative: () => z.strictObject({ negative: expression }),
	product: () =>
		z.strictObject({
			product: z.array(expression).min(1),
			less_percent: expression.optional(),
			round: expression.optional(),
		}),
	share_of: () => z.strictObject({ share_of: expression, part: expression, whole: expression, round: expression }),
	of: () => z.strictObject({ of: z.string(), by: path, take: path, several: z.literal('empty').optional() }),
}

/** Told apart by their word, so that a mistake in one of them is told as what it is. */
const expression: z.ZodType<Expression> = z.unknown().transform((given, context): Expression => {
	if (typeof given === 'string' && given !== '') return given
	const isSection = typeof given === 'object' && given !== null && !Array.isArray(given)
	const form = isSection ? Object.keys(forms).find((word) => word in given) : undefined
	if (!form) {
		context.addIssue({ code: 'custom', message: `a column, or a section with one of ${Object.keys(forms).join(', ')}` })
		return z.NEVER
	}
	return checked(forms[form]!() as z.ZodType<Expression>, given, context)
})

/** A schema that was chosen by what is given: its problems are told as they are, where a union would tell the first of all forms. */
function checked<T>(schema: z.ZodType<T>, given: unknown, context: z.RefinementCtx): T {
	const parsed = schema.safeParse(given)
	if (parsed.success) return parsed.data
	for (const issue of parsed.error.issues) context.addIssue({ ...issue } as Parameters<typeof context.addIssue>[0])
	return z.NEVER
}

const over = {
	over: z.string().describe('the file whose rows are called line'),
	on: z.record(z.string(), path).describe('column of the line: column of the row'),
	where: condition.optional(),
}

/** One row becomes one record for each line found, and its amounts are shared out to them, so that they add up. */
const share = z.strictObject({ ...over, by: path, amounts: z.array(z.string()).min(1) })

/** Each row is the recognition of one line of several: the one whose straight-line share of the month it is nearest to. */
const recognise = z.strictObject({
	...over,
	batch: z.array(path).min(1).describe('rows that agree in these were posted together, one a line'),
	amount: expression,
	date: path,
	schedule: z.strictObject({ total: path, start: path, end: path }),
	amounts: z
		.record(z.string(), path)
		.describe('canonical column: the line’s column that is shared out along the schedule'),
})

/** A column that was made by rounding row by row, brought to a total that was rounded once: at most one last digit a row is moved. */
const addUp = z.strictObject({ column: z.string(), to: path, per: path })

const format = z.strictObject({
	delimiter: z.enum([',', ';', '\t', '|']).optional(),
	encoding: z.enum(['utf-8', 'utf-16le', 'utf-16be', 'windows-1252', 'iso-8859-1']).optional(),
	decimal: z.enum(['.', ',']).optional().describe('what stands before the cents'),
	dates: z.enum(['iso', 'day-month-year', 'month-day-year', 'excel']).optional(),
})

const file = format.extend({
	path: z.string().optional().describe('below the folder; the default is the name and .csv'),
	key: z.string().optional().describe('the column that names a row, for links'),
	links: z.record(z.string(), z.string()).default({}).describe('column: the file whose key it holds'),
	skip: condition.optional().describe('rows that are no data, such as totals'),
})

const part = z.strictObject({
	from: z.string().describe('the file'),
	where: condition.optional().describe('which of its rows'),
	distinct: z.boolean().default(false).describe('rows that make the same record are one record'),
	share: share.optional(),
	recognise: recognise.optional(),
	add_up: addUp.optional().describe('rounding differences go to the largest row, so that rows add up to their total'),
	columns: z.record(z.string(), expression),
})

/** One part, or a list of them. */
const parts = z
	.unknown()
	.transform((given, context) =>
		Array.isArray(given) ? checked(z.array(part).min(1), given, context) : [checked(part, given, context)],
	)

const timeZones = new Set([...Intl.supportedValuesOf('timeZone'), 'UTC'])
const entityNames = Object.keys(canonical) as Entity[]

/** `options:` of a connection to files: the folder, how its files are written, and what in them is which canonical column. */
export const filesOptions = z.strictObject({
	folder: z.string().min(1).describe('where the files are; relative to the project'),
	said_at: z
		.union([z.iso.date(), z.iso.datetime({ offset: true })])
		.optional()
		.describe('the moment of the export; the default is when the newest file was written'),
	time_zone: z
		.string()
		.refine((name) => timeZones.has(name), 'a time zone of the IANA list, such as Europe/Berlin')
		.default('UTC')
		.describe('of dates with a time that say no zone themselves'),
	ids: z.enum(['text', 'salesforce']).default('text').describe('salesforce: 15 or 18 characters name the same record'),
	format: format.default({}),
	files: z.record(z.string(), file).default({}),
	entities: z.partialRecord(z.enum(entityNames), parts).superRefine(refuseUnknownColumns),
})

export type FilesOptions = z.output<typeof filesOptions>
export type FileFormat = z.output<typeof format>
export type FileOptions = z.output<typeof file>
export type Part = z.output<typeof part>
export type Condition = z.output<typeof condition>

/** The columns that a mapping fills: the canonical ones without the record's source, which is the connection. */
export function mappedColumns(entity: Entity): string[] {
	return Object.keys(canonical[entity]).filter((name) => name !== 'source' && name !== 'source_id')
}

function refuseUnknownColumns(entities: Partial<Record<Entity, Part[]>>, context: z.RefinementCtx): void {
	for (const [entity, parts] of Object.entries(entities) as [Entity, Part[]][])
		for (const [index, { columns }] of parts.entries()) {
			const [id, ...others] = mappedColumns(entity)
			const refuse = (name: string, message: string) =>
				context.addIssue({
					code: 'custom',
					path: [entity, ...(parts.length > 1 ? [index] : []), 'columns', name],
					message,
				})
			if (!Object.hasOwn(columns, id!)) refuse(id!, `${id} names the record and must be there`)
			for (const name of Object.keys(columns))
				if (name !== id && !others.includes(name)) refuse(name, `a column of ${entity}: ${others.join(', ')}`)
		}
}
