import { expect, test } from 'vitest'
import { columns, snakeCase } from '../../extract/columns.ts'

test('a word of the list is a field with its type, of the company’s own, or one that not every edition has', () => {
	expect(columns('CloseDate:date *erp_id=ERP_Id__c ?Units *?currency=deal_currency_code:currency', snakeCase)).toEqual({
		close_date: { field: 'CloseDate', type: 'date' },
		erp_id: { field: 'ERP_Id__c', type: 'text', isCustom: true },
		units: { field: 'Units', type: 'text', isOptional: true },
		currency: { field: 'deal_currency_code', type: 'currency', isCustom: true, isOptional: true },
	})
})
