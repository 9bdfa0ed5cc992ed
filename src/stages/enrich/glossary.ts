import type { RegionColumn } from "../../model/manifest/manifest.ts";

type Term = readonly [pattern: RegExp, description: string];

/**
 * What words in a header mean, for columns that nobody described. Each entry is a term of the field,
 * never a header of one publication. The first that fits counts, so longer terms stand first.
 */
const ORGANISATIONS: readonly Term[] = [
  [/\bsub icb\b.*\bcode\b/, "Code of the sub-ICB location"],
  [/\bsub icb\b.*\bname\b/, "Name of the sub-ICB location"],
  [/\bicb\b.*\bcode\b/, "Code of the integrated care board"],
  [/\bicb\b.*\bname\b/, "Name of the integrated care board"],
  [/\b(?:icb|integrated care board)\b/, "Integrated care board"],
  [/\b(?:stp|ics)\b.*\bcode\b/, "Code of the integrated care system"],
  [/\b(?:stp|ics)\b.*\bname\b/, "Name of the integrated care system"],
  [
    /\b(?:ccg|clinical commissioning group)\b.*\bcode\b/,
    "Code of the clinical commissioning group",
  ],
  [
    /\b(?:ccg|clinical commissioning group)\b.*\bname\b/,
    "Name of the clinical commissioning group",
  ],
  [/\bpcn\b.*\bcode\b/, "Code of the primary care network"],
  [/\bpcn\b.*\bname\b/, "Name of the primary care network"],
  [/\b(?:gp|prac|practice)\b.*\bcode\b/, "Organisation code of the GP practice"],
  [/\b(?:gp|prac|practice)\b.*\bname\b/, "Name of the GP practice"],
  [/\bcommissioner parent\b.*\bcode\b/, "Code of the organisation above the commissioner"],
  [/\bcommissioner parent\b.*\bname\b/, "Name of the organisation above the commissioner"],
  [/\bcommissioner\b.*\b(?:org )?code\b/, "Organisation code of the commissioner"],
  [/\bcommissioner\b.*\b(?:org )?name\b/, "Name of the commissioner"],
  [/\bprovider parent\b.*\bcode\b/, "Code of the organisation above the provider"],
  [/\bprovider parent\b.*\bname\b/, "Name of the organisation above the provider"],
  [/\bprovider\b.*\bcode\b/, "Organisation code of the provider"],
  [/\bprovider\b.*\bname\b/, "Name of the provider"],
  [/\bsite\b.*\bcode\b/, "Organisation code of the site"],
  [/\bsite\b.*\bname\b/, "Name of the site"],
  [/\b(?:org|organisation|trust|hospital|ods)\b.*\bcode\b|^ods$/, "Organisation code"],
  [
    /\b(?:org|organisation|trust|hospital)\b.*\bname\b|^(?:trust|organisation)$/,
    "Name of the organisation",
  ],
  [/\b(?:org|organisation|provider|trust)\b.*\btype\b/, "Kind of organisation"],
];

const PLACES: readonly Term[] = [
  [
    /\b(?:local authority|la|lad|council|district|utla|ltla)\b.*\bcode\b/,
    "Code of the local authority",
  ],
  [
    /\b(?:local authority|la|lad|council|district|utla|ltla)\b.*\bname\b|^local authority$/,
    "Name of the local authority",
  ],
  [/\bmsoa\b.*\bcode\b|^msoa(?:11|21)?(?:cd)?$/, "Code of the middle layer super output area"],
  [/\bmsoa\b.*\bname\b|^msoa(?:11|21)?nm$/, "Name of the middle layer super output area"],
  [/\blsoa\b.*\bcode\b|^lsoa(?:11|21)?(?:cd)?$/, "Code of the lower layer super output area"],
  [/\blsoa\b.*\bname\b|^lsoa(?:11|21)?nm$/, "Name of the lower layer super output area"],
  [/\bward\b.*\bcode\b/, "Code of the ward"],
  [/\bward\b.*\bname\b/, "Name of the ward"],
  [/\bconstituency\b.*\bcode\b/, "Code of the parliamentary constituency"],
  [/\bconstituency\b/, "Parliamentary constituency"],
  [/\bcounty\b/, "County"],
  [/^(?:(?!by\b)[\w()&]+ ){0,4}\(?region\)?\b.*\bcode$/, "Code of the region"],
  [/^(?:(?!by\b|of\b|in\b)[\w()&]+ ){0,4}region(?: name)?$/, "Region"],
  [/\b(?:country|nation)\b.*\bcode\b/, "Code of the country"],
  [/^(?:country|nation)(?: name)?$/, "Country"],
  [
    /^(?:[\w()]+ )?(?:area|geography|geographic(?:al)?(?: area)?|ons|gss) ?(?:area )?codes?$/,
    "Code of the area",
  ],
  [
    /^(?:[\w()]+ )?(?:area|geography|geographic(?:al)?(?: area)?) (?:name|description|label)s?$|^(?:area|geography)$/,
    "Name of the area",
  ],
  [/\b(?:area|geography|geographic|geographical)\b.*\b(?:type|level)\b/, "Kind of area"],
  [/\bpost ?code\b/, "Postcode"],
  [/^(?:latitude|lat)$/, "Latitude, degrees"],
  [/^(?:longitude|long|lon)$/, "Longitude, degrees"],
];

const PEOPLE: readonly Term[] = [
  [/\bage (?:band|group|range|category)s?\b|^age ?(?:band|group)$/, "Age band"],
  [/^ages?(?: \(?years\)?)?$/, "Age, in years or bands"],
  [/^(?:sex|gender)s?$/, "Sex or gender"],
  [/\bethnic(?:ity| group| category| background)?\b/, "Ethnic group"],
  [
    /\bimd\b.*\b(?:decile|quintile)|\bdeprivation\b.*\b(?:decile|quintile)/,
    "Deprivation group of the area",
  ],
  [/\bstaff (?:group|role|category)\b/, "Staff group or role"],
  [/\b(?:job role|grade|pay band)\b/, "Job role or grade"],
  [/\b(?:treatment function|specialty)\b.*\bcode\b/, "Code of the treatment function or specialty"],
  [/\b(?:treatment function|specialty)\b/, "Treatment function or specialty"],
  [/\b(?:sic|industry)\b.*\bcode\b|^sic(?: ?2007)?$/, "Code of the industry (SIC)"],
  [/^industry(?: (?:name|description|group|section))?$/, "Industry"],
  [/\b(?:soc|occupation)\b.*\bcode\b|^soc(?: ?20\d0)?$/, "Code of the occupation (SOC)"],
  [/^occupation(?: (?:name|group|title))?$/, "Occupation"],
  [/\bbnf\b.*\bcode\b/, "Code of the British National Formulary"],
  [/\b(?:icd|icd10|icd 10)\b/, "Cause or diagnosis by ICD code"],
];

const TIMES: readonly Term[] = [
  [/^(?:reporting |data |time )?period(?: name)?$/, "Period that the row describes"],
  [
    /\b(?:week|period|month|quarter|year) (?:end|ending|ended)\b/,
    "Last day of the period that the row describes",
  ],
  [
    /\b(?:week|period|month|quarter|year) (?:start|starting|commencing|beginning)\b/,
    "First day of the period that the row describes",
  ],
  [/^(?:reporting |calendar )?month(?: name)?$/, "Month that the row describes"],
  [/^(?:financial |calendar |reporting )?quarter$/, "Quarter that the row describes"],
  [
    /^(?:financial|fiscal|academic|tax) year$/,
    "Financial, academic or tax year that the row describes",
  ],
  [/^(?:calendar |reporting )?year$/, "Year that the row describes"],
  [/^(?:week|week (?:number|no))$/, "Week that the row describes"],
  [
    /^(?:date|effective (?:date|snapshot date)|snapshot date|extract date|effective snapshot date)$/,
    "Date that the row describes",
  ],
];

const RECORDS: readonly Term[] = [
  [
    /^(?:measure|metric|indicator|statistic|variable)s?(?: name)?$/,
    "What the value of the row measures",
  ],
  [
    /^(?:measure|metric|indicator|statistic|variable)s? (?:code|id)$/,
    "Code of what the value of the row measures",
  ],
  [/^(?:unit|unit of measure|unit of measurement|units)$/, "Unit of the value of the row"],
  [
    /^(?:breakdown|breakdown type|dimension|category type|subgroup)$/,
    "What the row is broken down by",
  ],
  [/^(?:status|data status|obs status|observation status)$/, "Status of the value of the row"],
  [/^(?:notes?|footnotes?|comments?|remarks?)$/, "Remark of the publisher on the row"],
];

const DIMENSIONS: readonly Term[] = [...ORGANISATIONS, ...PLACES, ...PEOPLE, ...TIMES, ...RECORDS];

/** Measures that a word alone explains. A measure that says what it counts is left to its header. */
const MEASURES: readonly Term[] = [
  [
    /^(?:value|obs value|observation value|observation|figure)$/,
    "Value of the measure that the row names",
  ],
  [
    /\b(?:lower|lci|lcl)\b.*\b(?:ci|confidence|limit|bound)\b|^(?:lci|lcl|lower ?ci)\b/,
    "Lower limit of the confidence interval",
  ],
  [
    /\b(?:upper|uci|ucl)\b.*\b(?:ci|confidence|limit|bound)\b|^(?:uci|ucl|upper ?ci)\b/,
    "Upper limit of the confidence interval",
  ],
  [/\bcoefficient of variation\b|^cv\b/, "Coefficient of variation of the estimate"],
  [/\bstandard error\b|^se$/, "Standard error of the estimate"],
  [/\bstandard deviation\b|^sd$/, "Standard deviation"],
  [/^(?:numerator)$/, "Numerator of the rate"],
  [/^(?:denominator)$/, "Denominator of the rate"],
  [/^(?:count|number|frequency|no)$/, "Count"],
  [/^(?:percentage|per ?cent|percent|%|proportion)$/, "Percentage"],
  [/^rate$/, "Rate"],
  [/^(?:head ?count|hc)$/, "Headcount: persons, however many hours each works"],
  [/\bfte\b|\bfull[ -]time equivalent\b/, "Full-time equivalent"],
  [/^median$/, "Median"],
  [/^(?:mean|average)$/, "Mean"],
  [
    /\b(\d{1,2})(?:st|nd|rd|th)? percentile\b/,
    "Percentile: the value that so many of a hundred lie below",
  ],
  [/^(?:lower|first) quartile$/, "Lower quartile: a quarter lies below"],
  [/^(?:upper|third) quartile$/, "Upper quartile: a quarter lies above"],
  [/^(?:index|index value)$/, "Index"],
  [/^(?:population|all persons|mid year population)$/, "Population"],
];

/** A description by rule, or null. `header` is the header's text with levels joined. */
export function describeHeader(header: string, role: RegionColumn["role"]): string | null {
  const text = header
    .replace(/\s*(?:\[[^\]]{1,20}\]|\((?:note )?\d[\d, ]*\))/gi, "")
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .replace(/[_\s.-]+/g, " ")
    .trim();
  const terms = role === "measure" ? MEASURES : DIMENSIONS;
  return terms.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}

/** The column with what the rules of the field say of it, if nobody said more. */
export function describedByRule(column: RegionColumn): RegionColumn {
  if (column.description !== undefined || column.role === "period") return column;
  const description = describeHeader(column.header.join(" "), column.role);
  return description === null ? column : { ...column, description, said_by: "rule" };
}
