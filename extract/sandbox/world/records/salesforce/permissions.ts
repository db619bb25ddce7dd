import { stampOf } from '../../company/calendar.ts'
import { salesforceId } from '../../company/identifiers.ts'
import { integrationUser } from '../../company/people.ts'
import { before, type Emit, emitOnce } from '../emit.ts'

const profile = salesforceId('PermissionSet', 40)
const integration = salesforceId('PermissionSet', 41)
const sales = salesforceId('PermissionSet', 42)

/** Who may see what: records are private, and the integration's permission set has View All on what is read of them. */
export function emitPermissions(emit: Emit): void {
	for (const [number, set] of [profile, integration].entries())
		emitOnce(
			emit,
			'salesforce',
			'PermissionSetAssignment',
			salesforceId('PermissionSetAssignment', 60 + number),
			before,
			{
				Id: salesforceId('PermissionSetAssignment', 60 + number),
				AssigneeId: integrationUser,
				PermissionSetId: set,
				SystemModstamp: stampOf(before),
			},
		)
	const granted = [
		[integration, 'Account', true],
		[integration, 'Contact', true],
		[integration, 'Opportunity', true],
		[integration, 'Product2', false],
		[sales, 'Account', false],
		[sales, 'Opportunity', false],
	] as const
	for (const [number, [set, object, seesAll]] of granted.entries())
		emitOnce(emit, 'salesforce', 'ObjectPermissions', salesforceId('ObjectPermissions', 80 + number), before, {
			Id: salesforceId('ObjectPermissions', 80 + number),
			ParentId: set,
			SobjectType: object,
			PermissionsRead: true,
			PermissionsViewAllRecords: seesAll,
			SystemModstamp: stampOf(before),
		})
	for (const [number, [object, model]] of [
		['Account', 'Private'],
		['Contact', 'ControlledByParent'],
		['Opportunity', 'Private'],
	].entries())
		emitOnce(emit, 'salesforce', 'EntityDefinition', salesforceId('EntityDefinition', number), before, {
			Id: salesforceId('EntityDefinition', number),
			QualifiedApiName: object!,
			InternalSharingModel: model!,
			SystemModstamp: stampOf(before),
		})
}
