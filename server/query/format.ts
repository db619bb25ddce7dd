/** What a table can be downloaded as. */
export type ExportFormat = 'csv' | 'xlsx' | 'parquet'

/** Every format with its media type, in the order in which pages name them. */
export const exportFormats: Readonly<Record<ExportFormat, { title: string; mediaType: string }>> = {
	csv: { title: 'CSV', mediaType: 'text/csv; charset=utf-8' },
	xlsx: { title: 'XLSX', mediaType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' },
	parquet: { title: 'Parquet', mediaType: 'application/vnd.apache.parquet' },
}

/** Their names. */
export const formatNames = Object.keys(exportFormats) as ExportFormat[]
