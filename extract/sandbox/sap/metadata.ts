import type { Navigation, SapSet } from './sets.ts'

/** The description of a service as EDMX, without what is hidden. */
export function metadataText(sets: SapSet[], hiddenOf: (set: SapSet) => Set<string>): string {
	const entities = sets.flatMap((set) =>
		entityTypes(
			{ type: set.name, isList: true, properties: set.properties, navigation: set.navigation },
			set,
			hiddenOf(set),
		),
	)
	const containers = sets.map(
		(set) => `<EntitySet Name="${set.name}" EntityType="S4.${set.name}Type" sap:content-version="1"/>`,
	)
	const version = sets[0]?.version === 'V4' ? '4.0' : '1.0'
	return `<?xml version="1.0" encoding="utf-8"?><edmx:Edmx Version="${version}" xmlns:edmx="http://schemas.microsoft.com/ado/2007/06/edmx" xmlns:sap="http://www.sap.com/Protocols/SAPData"><edmx:DataServices><Schema Namespace="S4" xmlns="http://schemas.microsoft.com/ado/2008/09/edm">${entities.join('')}<EntityContainer Name="S4_Entities">${containers.join('')}</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>`
}

function entityTypes(of: Navigation, set: SapSet, hidden: Set<string>): string[] {
	const keys = of.type === set.name ? set.keys : []
	const properties = Object.entries(of.properties)
		.filter(([name]) => !hidden.has(name))
		.map(([name, type]) => `<Property Name="${name}" Type="Edm.${type}" sap:label="${name}"/>`)
	const navigation = Object.keys(of.navigation).map(
		(name) => `<NavigationProperty Name="${name}" Relationship="S4.assoc"/>`,
	)
	const key = `<Key>${keys.map((name) => `<PropertyRef Name="${name}"/>`).join('')}</Key>`
	const own = `<EntityType Name="${of.type}Type" sap:content-version="1">${key}${properties.join('')}${navigation.join('')}</EntityType>`
	return [own, ...Object.values(of.navigation).flatMap((inner) => entityTypes(inner, set, hidden))]
}
