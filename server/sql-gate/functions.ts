/**
 * Functions that other people's SQL may call, by bare lower-case name: chosen one by one from `duckdb_functions()` of DuckDB 1.5.6.
 * A function is here if it only computes from its arguments and what it returns is not much larger than they are. Left out on
 * purpose: what reads files, settings or other people's queries; what runs or names SQL in a text (query, list_aggregate); what
 * changes the instance or the connection (enable_logging, setseed, nextval); what waits (sleep_ms); what makes text of any length
 * (repeat, printf, format, bar). `test/server/sql-gate/functions.test.ts` shows what an upgrade adds.
 */
export const allowedFunctions: ReadonlySet<string> = new Set(
	`
	!__postfix !~~ !~~* % & && * ** + - ->> -> / // <-> << <=> <@ >> @ @> ^ ^@ | || ~ ~~ ~~* ~~~
	= == <> != < > <= >= and or not in is coalesce
	abs acos acosh add asin asinh atan atan2 atanh cbrt ceil ceiling cos cosh cot degrees divide even exp factorial floor gamma gcd
	greatest greatest_common_divisor isfinite isinf isnan lcm least least_common_multiple lgamma ln log log10 log2 mod multiply
	nextafter pi pow power radians round round_even roundbankers sign signbit sin sinh sqrt subtract tan tanh trunc xor fdiv fmod
	bit_count get_bit set_bit random gen_random_uuid uuid uuidv4 uuidv7 hash md5 md5_number sha1 sha256 nullif switch
	bit_length char_length character_length chr concat concat_ws contains damerau_levenshtein editdist3 ends_with escape
	hamming hex unhex from_hex to_hex bin unbin to_base base64 from_base64 to_base64 ilike_escape like_escape not_ilike_escape
	not_like_escape instr jaccard jaro_similarity jaro_winkler_similarity lcase left left_grapheme len length length_grapheme
	levenshtein lower lpad ltrim mismatches nfc_normalize octet_length ord ascii unicode position prefix suffix regexp_escape
	regexp_extract regexp_extract_all regexp_full_match regexp_matches regexp_replace regexp_split_to_array replace reverse right
	right_grapheme rpad rtrim split split_part starts_with str_split str_split_regex string_split string_split_regex string_to_array
	strip_accents strlen strpos substr substring substring_grapheme translate trim ucase upper url_decode url_encode
	array_to_string array_to_string_comma_default formatreadabledecimalsize formatreadablesize format_bytes pg_size_pretty
	age ago century current_date current_localtime current_localtimestamp date_add date_diff date_part date_sub date_trunc datediff
	datepart datesub datetrunc day dayname dayofmonth dayofweek dayofyear days_in_month decade epoch epoch_ms epoch_ns epoch_us era
	get_current_time get_current_timestamp hour isodow isoyear julian last_day make_date make_time make_timestamp make_timestamp_ms
	make_timestamp_ns make_timestamptz microsecond millennium millisecond minute month monthname nanosecond normalized_interval now
	quarter second strftime strptime time_bucket timezone timezone_hour timezone_minute to_centuries to_days to_decades to_hours
	to_microseconds to_millennia to_milliseconds to_minutes to_months to_quarters to_seconds to_timestamp to_weeks to_years today
	transaction_timestamp try_strptime week weekday weekofyear year yearweek
	array_append array_cat array_concat array_contains array_distinct array_extract array_filter array_has array_has_all
	array_has_any array_indexof array_intersect array_length array_pop_back array_pop_front array_position array_prepend
	array_push_back array_push_front array_reverse array_reverse_sort array_select array_slice array_sort array_transform array_unique
	array_value array_where array_zip apply cardinality element_at filter flatten generate_series list_any_value list_append list_apply
	list_avg list_bool_and list_bool_or list_cat list_concat list_contains list_count list_distinct list_element list_extract
	list_filter list_first list_has list_has_all list_has_any list_indexof list_intersect list_last list_max list_median list_min
	list_mode list_pack list_position list_prepend list_product list_reverse list_reverse_sort list_select list_slice list_sort
	list_stddev_pop list_stddev_samp list_sum list_transform list_unique list_value list_var_pop list_var_samp list_where list_zip
	map map_concat map_contains map_contains_entry map_contains_value map_entries map_extract map_extract_value map_from_entries
	map_keys map_values range row struct_concat struct_contains struct_extract struct_extract_at struct_insert struct_keys
	struct_pack struct_values unnest unpivot_list
	from_json json json_array json_array_length json_contains json_exists json_extract json_extract_path json_extract_path_text
	json_extract_string json_group_array json_group_object json_keys json_object json_quote json_structure json_type json_valid
	json_value row_to_json to_json array_to_json
	typeof pg_typeof try_cast version
	any_value approx_count_distinct approx_quantile approx_top_k arbitrary arg_max arg_max_null arg_min arg_min_null argmax argmin
	array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count count_if count_star countif covar_pop covar_samp cume_dist
	dense_rank entropy favg fill first first_value fsum geomean geometric_mean group_concat histogram histogram_exact kahan_sum
	kurtosis kurtosis_pop lag last last_value lead list listagg mad max max_by mean median min min_by mode nth_value ntile
	percent_rank product quantile quantile_cont quantile_disc rank rank_dense regr_avgx regr_avgy regr_count regr_intercept regr_r2
	regr_slope regr_sxx regr_sxy regr_syy reservoir_quantile row_number sem skewness stddev stddev_pop stddev_samp string_agg sum
	sum_no_overflow sumkahan var_pop var_samp variance wavg weighted_avg
	`
		.trim()
		.split(/\s+/),
)

/** Functions that may stand in FROM. Endless ones are stopped by the limits of the query process. */
export const allowedTableFunctions: ReadonlySet<string> = new Set(['range', 'generate_series', 'unnest'])

/** Functions whose result is as long as an argument says: which argument, and how much it may be, as a number in the text. */
export const boundedArguments: ReadonlyMap<string, { argument: number; maximum: number }> = new Map([
	['lpad', { argument: 1, maximum: 1000 }],
	['rpad', { argument: 1, maximum: 1000 }],
])
