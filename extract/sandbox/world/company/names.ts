import type { Random } from './random.ts'

/** Where a company is and how it is called there. */
export type Place = {
	country: string
	/** City, state or region (may be empty), postal code with # for digits and @ for letters. */
	cities: [string, string, string][]
	streets: string[]
	/** How a street and a number are written. */
	address(street: string, number: number): string
	suffixes: string[]
	stems: string[]
	first: string[]
	last: string[]
}

const numberLast = (street: string, number: number) => `${street} ${number}`
const numberFirst = (street: string, number: number) => `${number} ${street}`

export const places: Record<string, Place> = {
	US: {
		country: 'US',
		cities: [
			['Cleveland', 'OH', '441##'],
			['Austin', 'TX', '787##'],
			['Portland', 'OR', '972##'],
			['St. Louis', 'MO', '631##'],
			["Coeur d'Alene", 'ID', '838##'],
			['Winston-Salem', 'NC', '271##'],
			['Boston', 'MA', '021##'],
			['San José', 'CA', '951##'],
			['Ann Arbor', 'MI', '481##'],
		],
		streets: [
			'Industrial Pkwy',
			'Main St',
			'Research Blvd, Suite 400',
			'Martin Luther King Jr. Dr',
			'N. Harbor Way, Bldg. "C"',
			'County Road 12',
			"O'Hara Ave",
		],
		address: numberFirst,
		suffixes: ['Inc.', 'Inc', 'LLC', 'Corp.', 'Corporation', 'Co., Inc.', 'L.P.', 'Holdings, Inc.', 'Incorporated'],
		stems: [
			'Bluewater',
			'Hickory Creek',
			'Tri-County',
			'Apex Thermal',
			'McAllister & Sons',
			"O'Donnell",
			'Great Lakes',
			'Sierra Pacific',
			'Cascade',
			'Old Dominion',
			'Lone Star',
			'Granite State',
			'J.P. Whitfield',
			'Redwood',
			'Prairie View',
			'St. Croix',
			'Keystone',
			'Blackhawk',
			'Pinnacle',
			'Silver Fern',
		],
		first: ['James', 'Maria', 'Wei', 'Latoya', "D'Andre", 'Susan', 'Robert', 'Guadalupe', 'Mary-Kate', 'Tyler'],
		last: [
			'Anderson',
			"O'Neill",
			'Nguyen',
			'García',
			'Washington',
			'St. James',
			'Kowalski',
			'Patel',
			'McCarthy',
			'Young',
		],
	},
	DE: {
		country: 'DE',
		cities: [
			['München', 'Bayern', '80###'],
			['Köln', 'Nordrhein-Westfalen', '50###'],
			['Düsseldorf', 'Nordrhein-Westfalen', '40###'],
			['Gießen', 'Hessen', '35###'],
			['Frankfurt (Oder)', 'Brandenburg', '15###'],
			['Nürnberg', 'Bayern', '90###'],
			['Hamburg', '', '20###'],
			['Halle (Saale)', 'Sachsen-Anhalt', '06###'],
		],
		streets: [
			'Hauptstraße',
			'Am Alten Güterbahnhof',
			'Industriestr.',
			'Straße des 17. Juni',
			'Käthe-Kollwitz-Ufer',
			'An der Mühle',
			'Max-Planck-Ring',
		],
		address: numberLast,
		suffixes: ['GmbH', 'GmbH & Co. KG', 'AG', 'KG', 'SE & Co. KGaA', 'e.K.', 'mbH', 'Gesellschaft für Messtechnik mbH'],
		stems: [
			'Bäumler',
			'Schröder & Söhne',
			'Rheintal',
			'Müller-Lüdenscheidt',
			'Nordstern',
			'Gebrüder Weiß',
			'Vogtländische Präzision',
			'Süddeutsche Filter',
			'Hüttenwerke Saar',
			'Kessler',
			'Elbe Pumpen',
			'Schwarzwälder Feinmechanik',
			'Prüftechnik Öhringen',
			'Dr. Grün',
			'Hanse Labor',
			'Märkische Armaturen',
		],
		first: ['Jürgen', 'Anneliese', 'Björn', 'Zoë', 'Karl-Heinz', 'Günther', 'Käthe', 'Sören'],
		last: ['Müller', 'Schäfer', 'von der Heydt', 'Groß', 'Weiß', 'Jäger', 'Köhler', 'Schmitt-Rottluff'],
	},
	GB: {
		country: 'GB',
		cities: [
			['Leeds', 'West Yorkshire', 'LS# #@@'],
			['Newcastle upon Tyne', 'Tyne and Wear', 'NE# #@@'],
			['Aberdeen', 'Aberdeenshire', 'AB# #@@'],
			['London', '', 'EC#@ #@@'],
			['Stoke-on-Trent', 'Staffordshire', 'ST# #@@'],
			["King's Lynn", 'Norfolk', 'PE# #@@'],
		],
		streets: [
			'High Street',
			"St. John's Lane",
			'Trading Estate, Unit 7',
			'Old Mill Road',
			'The Granary, Wharf Street',
			'Queen’s Parade',
		],
		address: numberFirst,
		suffixes: ['Ltd', 'Limited', 'plc', 'LLP', '(UK) Ltd', 'Group plc', 'Ltd.', '& Co Ltd'],
		stems: [
			'Fothergill & Daughters',
			'Pennine',
			'Thames Valley',
			'Ashworth, Bell',
			'Loch Ness Hydro',
			'Harrington',
			"King's Cross",
			'Wessex',
			'J. & R. Braithwaite',
			'Tyneside',
			'Cornish Tin',
			'Caledonian',
			'Northgate',
			'Whitby',
		],
		first: ['Oliver', 'Siobhán', 'Amelia', 'Rhys', 'Fiona', 'Alasdair', 'Zainab', 'Nigel'],
		last: ['Smith', "O'Connor", 'Featherstonehaugh', 'MacLeod', 'Jones-Parry', 'Ahmed', 'Wainwright', 'Brown'],
	},
	JP: {
		country: 'JP',
		cities: [
			['千代田区', '東京都', '100-####'],
			['Yokohama', 'Kanagawa', '220-####'],
			['Osaka', 'Osaka', '530-####'],
			['名古屋市', '愛知県', '450-####'],
			['Kyōto', 'Kyōto', '600-####'],
		],
		streets: ['丸の内1丁目', 'Minato Mirai 2-chome', 'Umeda 3-chōme, Tower B', '栄4丁目', 'Shijō-dōri'],
		address: (street, number) => `${street} ${number}-${(number % 9) + 1}`,
		suffixes: ['K.K.', 'Co., Ltd.', '株式会社', 'G.K.', 'Kabushiki Kaisha', 'Corporation'],
		stems: [
			'Asahi Seiki',
			'Fujimi',
			'東海精密',
			'Hokuriku Denshi',
			'Kōwa',
			'Nishikawa',
			'三洋計測',
			'Setouchi',
			'Yamato Kagaku',
			'Shōnan',
		],
		first: ['Haruka', 'Kenji', '陽子', 'Shō', 'Yūki', 'Makoto'],
		last: ['Satō', 'Tanaka', '山本', 'Ōno', 'Kobayashi', 'Itō'],
	},
	KW: {
		country: 'KW',
		cities: [
			['Kuwait City', 'Al Asimah', '13###'],
			['Al Ahmadi', 'Ahmadi', '61###'],
			['Hawalli', 'Hawalli', '32###'],
		],
		streets: ['Al Shuhada Street, Block 3', 'Fahad Al-Salem St.', 'Shuwaikh Industrial Area'],
		address: (street, number) => `${street}, Bldg ${number}`,
		suffixes: ['W.L.L.', 'Co. W.L.L.', 'K.S.C.P.', 'General Trading & Contracting Co. W.L.L.'],
		stems: [
			'Al-Bahar',
			"Al-Sana'a",
			'Gulf Petro',
			'Burgan Water',
			'Kuwait National Lamps',
			'Al-Mutawa & Partners',
			'Desert Rose',
		],
		first: ['Fatima', 'Abdullah', 'Noura', 'Yousef'],
		last: ['Al-Sabah', 'Al-Mutairi', 'Al-Rashid', "Al-Ma'mari"],
	},
	IT: {
		country: 'IT',
		cities: [
			['Forlì', 'FC', '471##'],
			["L'Aquila", 'AQ', '671##'],
			['Milano', 'MI', '201##'],
		],
		streets: ["Via dell'Università", 'Corso Garibaldi', 'Viale XXV Aprile'],
		address: (street, number) => `${street}, ${number}`,
		suffixes: ['S.p.A.', 'S.r.l.', 'S.a.s. di Rossi & C.', '& Figli S.n.c.'],
		stems: [
			'Officine Bergamasche',
			'Metalmeccanica Forlì',
			"Dell'Acqua",
			'Strumenti Adriatici',
			'Bianchi',
			'Laboratori Però',
		],
		first: ['Niccolò', 'Chiara', 'Giosuè', 'Francesca'],
		last: ["D'Angelo", 'Esposito', 'Lo Cascio', 'Ferrari'],
	},
	FR: {
		country: 'FR',
		cities: [
			['Saint-Étienne', 'Loire', '42###'],
			['Orléans', 'Loiret', '45###'],
			['Besançon', 'Doubs', '25###'],
		],
		streets: ["rue de l'Église", 'avenue du Général-de-Gaulle', 'Z.A. « Les Prés »'],
		address: (street, number) => `${number}, ${street}`,
		suffixes: ['S.A.', 'SARL', 'S.A.S.', '& Cie', 'SASU'],
		stems: [
			'Établissements Lefèvre',
			"Société d'Études Thermiques",
			'Ateliers du Rhône',
			'Verreries de Bourgogne',
			'Crémieux',
			"L'Hydraulique Moderne",
		],
		first: ['François', 'Anaïs', 'Jean-Baptiste', 'Cécile'],
		last: ["L'Huillier", 'Lefèvre', 'de La Tour', 'Béranger'],
	},
}

const trades = [
	'Instruments',
	'Logistics',
	'Pharma',
	'Water Treatment',
	'Automotive',
	'Energy',
	'Foods',
	'Aerospace',
	'Chemicals',
	'Semiconductor',
	'Paper',
	'Medical',
	'Robotics',
	'Packaging',
	'Shipyard',
	'Laboratories',
	'Optics',
	'Steel',
	'Textiles',
	'Mining',
]
const branches = [
	'Werk 2',
	'North Plant',
	'Branch Office',
	'Division "Life Sciences"',
	'Succursale de Lyon',
	'R&D Center',
	'Niederlassung Ost',
	'Site 04',
]

/** A company's name: sometimes with a trade or a founder's family, a branch, or very long; `index` keeps names apart. */
export function companyName(place: Place, random: Random): string {
	const stem = random.pick(place.stems)
	const family = random.chance(0.55) ? ` ${random.pick(place.last)}` : ''
	const trade = ` ${random.pick(trades)}`
	const suffix = ` ${random.pick(place.suffixes)}`
	const branch = random.chance(0.06) ? `${random.pick([' - ', ', ', ' / '])}${random.pick(branches)}` : ''
	if (random.chance(0.012))
		return `${stem}${family} International${trade}, ${random.pick(trades)} and ${random.pick(trades)} Manufacturing, Research & Development Association${suffix}${branch}`
	return `${stem}${family}${trade}${suffix}${branch}`
}

/** The name as another department writes it: case, suffix and accents differ. */
export function nameVariant(name: string, random: Random): string {
	const kind = random.between(0, 9)
	if (kind === 0) return name.toUpperCase()
	if (kind === 1) return name.normalize('NFD').replaceAll(/\p{M}/gu, '')
	if (kind === 2) return name.replaceAll('&', 'and').replaceAll(',', '')
	if (kind === 3) return `${name} `.replaceAll('.', '').trim()
	return name
}

export function streetAddress(place: Place, random: Random) {
	const [city, state, pattern] = random.pick(place.cities)
	const postalCode = pattern
		.replaceAll('#', () => String(random.between(0, 9)))
		.replaceAll('@', () => 'ABDEFGHJLNPQRSTUWXYZ'[random.between(0, 19)]!)
	return {
		street: place.address(random.pick(place.streets), random.between(1, 240)),
		city,
		state: state || null,
		postalCode,
	}
}

/** An address of the internet's reserved `.example` domain, from a company's name. */
export function domainOf(name: string, index: number): string {
	const plain = name
		.normalize('NFD')
		.toLowerCase()
		.replaceAll(/[^a-z0-9 ]/g, '')
		.split(' ')
		.filter((word) => word.length > 2)
	return `${plain.slice(0, 2).join('-') || 'kaisha'}-${index.toString(36)}.example`
}
