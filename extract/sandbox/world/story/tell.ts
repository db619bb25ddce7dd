import { DAY, daysIn, firstMonth, goLive, lastMoment, moment, monthAfter } from '../company/calendar.ts'
import type { Product } from '../company/catalogue.ts'
import { type Currency, type EntityCode, legalEntities } from '../company/entities.ts'
import type { Setting } from '../company/setting.ts'
import type { Lack } from '../projection.ts'
import { backToWorkday, pickAccount, seller } from './buyer.ts'
import { tellCollective } from './collective.ts'
import { tellContract } from './contracts.ts'
import { type DealPlan, dealLines, isNearMinimum, priced, reserveDeal, tellDeal } from './deal.ts'
import type { DealLine, Story } from './facts.ts'
import { chooseMistakes, type Mistake } from './mistakes.ts'
import { recognise } from './recognition.ts'
import { tellPayments } from './settle.ts'
import { tellStray } from './stray.ts'
import { finishDeals, officeMoment, type Teller, tellerOf } from './teller.ts'
import { tellWon } from './won.ts'

/** How many stories a world has; each can be told by itself, in any order. */
export function storyCount(setting: Setting): number {
	return setting.storyCount + setting.strayCount + setting.contractCount + setting.collectiveCount
}

/**
 * One story: a deal or a few that belong together, with all that followed; something that began in the ERP; a contract that changes; or a
 * customer that is billed once a month.
 */
export function tellStory(setting: Setting, index: number, lacks?: ReadonlySet<Lack>): Story {
	const teller = tellerOf(setting, index, lacks)
	const place = index - setting.storyCount
	const ofContracts = setting.strayCount + setting.contractCount
	if (place >= ofContracts) tellCollective(teller, place - ofContracts)
	else if (place >= setting.strayCount) tellContract(teller, place - setting.strayCount)
	else if (place >= 0) tellStray(teller, place)
	else tellDeals(teller)
	finishDeals(teller)
	tellPayments(teller)
	recognise(teller)
	return teller.story
}

function tellDeals(teller: Teller): void {
	const { choices, setting } = teller
	const closeDate = closingDate(teller)
	const outcome =
		moment(closeDate) >= lastMoment - DAY
			? 'open'
			: choices.weighted([
					['won', 60],
					['lost', 32],
					['open', 8],
				] as const)
	const account = pickAccount(teller, closeDate, outcome === 'won')
	const [entity, home] = seller(teller, account)
	const isEarlyKuwait = home === 'KWD' && closeDate < '2025-07-01'
	const hasPlot = outcome === 'won' && closeDate >= goLive && setting.faults > 0
	if (hasPlot) teller.mistakes = isEarlyKuwait ? new Set<Mistake>(['no_rate']) : chooseMistakes(choices, setting)
	const currency = dealCurrency(teller, entity, home)
	const number = reserveDeal(teller)
	const lines = sizedLines(teller, number, currency, entity, closeDate)
	const plan: DealPlan = {
		account,
		entity,
		currency,
		closeDate,
		closedAt: officeMoment(teller, closeDate, entity),
		outcome,
		lines,
		number,
	}
	if (outcome === 'won') tellWon(teller, plan)
	else tellDeal(teller, outcome === 'lost' && choices.chance(0.1) ? { ...plan, lines: [], extra: sum(lines) } : plan)
}

/** Deals close all over the story's months, more each year and most of them in the last third of a month. */
function closingDate(teller: Teller): string {
	const { choices, setting, index } = teller
	const place = (index + choices.next()) / setting.storyCount
	const span = 23 * (0.12 * place * (1 - place) + place)
	const month = monthAfter(firstMonth, Math.floor(span))
	const day = 1 + Math.floor(daysIn(month) * choices.next() ** 0.7)
	const date = `${month}-${String(Math.min(day, daysIn(month))).padStart(2, '0')}`
	return backToWorkday(date)
}

function dealCurrency(teller: Teller, entity: EntityCode, home: Currency): Currency {
	if (!teller.mistakes.has('other_currency') || home !== legalEntities[entity].currency) return home
	const foreign: Record<EntityCode, Currency> = { US: 'EUR', DE: 'USD', UK: 'EUR', JP: 'USD' }
	return foreign[entity]
}

/** Lines worth what such deals are worth: a few large ones make half of the year. */
function sizedLines(
	teller: Teller,
	number: number,
	currency: Currency,
	entity: EntityCode,
	closeDate: string,
): DealLine[] {
	const { choices, mistakes } = teller
	const isSmall = mistakes.size === 0 && choices.chance(0.1)
	const dollars = isSmall ? 900 + 3300 * choices.next() : Math.min(620_000, 6800 * (1 - choices.next()) ** (-1 / 1.35))
	const count = lineCount(teller)
	const lines = dealLines(teller, number, { currency, entity, closeDate, dollars, count, only: fitting(teller) })
	if (mistakes.has('subscription_cancelled') && !lines.some((line) => line.product.months > 0)) {
		return dealLines(teller, number, {
			currency,
			entity,
			closeDate,
			dollars,
			count,
			only: (product) => product.months > 0,
		})
	}
	return awayFromMinimum(teller, lines, currency, closeDate)
}

function awayFromMinimum(teller: Teller, lines: DealLine[], currency: Currency, closeDate: string): DealLine[] {
	const isTooSmall = teller.mistakes.size > 0 && !teller.mistakes.has('web')
	const cheap = () => isTooSmall && Number(sum(lines)) > 0 && isBelowMistakes(lines, currency)
	if (!isNearMinimum(sum(lines), currency, closeDate) && !cheap()) return lines
	const [first, ...rest] = lines
	const more = priced({ ...first!, quantity: first!.quantity * 2n }, currency)
	return awayFromMinimum(teller, [more, ...rest], currency, closeDate)
}

/** Mistakes are made with deals that both systems should share: worth at least about 6,000 dollars. */
function isBelowMistakes(lines: DealLine[], currency: Currency): boolean {
	const least: Record<Currency, bigint> = {
		USD: 620_000n,
		EUR: 590_000n,
		GBP: 510_000n,
		JPY: 960_000n,
		KWD: 1_990_000n,
	}
	return sum(lines) < least[currency]
}

function lineCount(teller: Teller): number {
	const { mistakes, choices } = teller
	if (mistakes.has('line_missing') || mistakes.has('split_order')) return choices.between(2, 4)
	if (
		mistakes.has('no_lines') ||
		mistakes.has('no_lines_tax') ||
		mistakes.has('no_lines_price') ||
		mistakes.has('two_deals_one_line')
	)
		return 1
	return choices.weighted([
		[1, 24],
		[2, 31],
		[3, 25],
		[4, 12],
		[5, 6],
		[7, 2],
	])
}

/** Which products a plot needs: some can't be told with subscriptions, units need products that have several. */
function fitting(teller: Teller): ((product: Product) => boolean) | undefined {
	const { mistakes } = teller
	const has = (...list: Mistake[]) => list.some((one) => mistakes.has(one))
	const wholesale = has('unit_label', 'unit_smaller')
	const splittable = has('closed_short', 'invoice_over', 'credit_partial', 'quantity', 'two_deals_one_line')
	const atOnce = has(
		'credit_full',
		'credit_partial',
		'rebill',
		'rebill_customer',
		'goodwill',
		'invoice_currency',
		'voided_invoice',
		'no_lines',
		'no_lines_tax',
		'no_lines_price',
	)
	if (wholesale) return (product) => product.unitGroup.name === 'Count'
	if (splittable) return (product) => product.months === 0 && product.family === 'Consumables'
	return atOnce ? (product) => product.months === 0 : undefined
}

function sum(lines: DealLine[]): bigint {
	return lines.reduce((total, line) => total + line.amount, 0n)
}
