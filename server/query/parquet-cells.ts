import { identifier } from '../../models/sql-text.ts'
import type { ResultColumn } from '../../models/warehouse.ts'
import { isPlain } from './csv-cells.ts'

/** A column as Parquet holds it without loss: of 128 bit integers DuckDB would make doubles; what isn't a plain type is its text. */
export function parquetCell({ name, type }: ResultColumn): string {
	const column = identifier(name)
	if (/^U?HUGEINT/.test(type)) return `cast(${column} as decimal(38, 0)) as ${column}`
	return isPlain(type) ? column : `cast(${column} as varchar) as ${column}`
}
