/**
 * ISO 4217 alphabetic codes and their minor digits (the standard's list one of current currencies and funds, and codes withdrawn
 * since 2018 that old documents still carry). Not Intl's: CLDR rounds some to 0 that the standard has at 2 or 3 (IQD, LAK, RSD, ...).
 */
export const isoCurrencies: ReadonlyMap<string, number> = new Map([
	...codes('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF', 0),
	...codes('BHD IQD JOD KWD LYD OMR TND', 3),
	...codes('CLF UYW', 4),
	...codes(
		'AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW',
		2,
	),
	...codes(
		'CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF',
		2,
	),
	...codes(
		'IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK',
		2,
	),
	...codes(
		'MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP',
		2,
	),
	...codes(
		'SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER',
		2,
	),
	...codes('ZAR ZMW ZWG', 2),
	// withdrawn
	...codes('ANG BGN CUC HRK MRO SLL STD ZWL', 2),
])

function codes(text: string, minorDigits: number): [string, number][] {
	return text.split(' ').map((code) => [code, minorDigits])
}
