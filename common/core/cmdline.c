/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line as a list of words, cut up in a copy. Used during boot on the boot CPU: no lock.
 *
 * Each word remembers whether somebody has asked for it, so that a misspelt option is reported at
 * the end of boot without a table of all options, which would name every upper folder from here.
 * Options of Xen that only make sense there are listed as known and ignored.
 */
#include <hv/cmdline.h>
#include <hv/compiler.h>
#include <hv/ctype.h>
#include <hv/printk.h>
#include <hv/string.h>

#define WORDS_MAX 64U
#define NR_NO	  4U /* words that mean no, the first of those that are an answer */

struct word {
	char *text; /* "name" or "name=value" */
	bool is_known;
};

char cmdline_whole[CMDLINE_MAX];
static char text[CMDLINE_MAX];
static struct word words[WORDS_MAX];
static u32 nr_words;

/* What command lines written for Xen contain and has no meaning here. */
static const char *const ignored[] = {
	"bootscrub",	"console", "console_timestamps", "dtuart",
	"guest_loglvl", "loglvl",  "sync_console",	 "vwfi",
};

static void split(char *s)
{
	for (bool is_in_word = false; *s; s++) {
		if (ctype_is_space(*s)) {
			*s = '\0';
		} else if (!is_in_word && nr_words == WORDS_MAX) {
			pr_warn("command line: only the first %u words are used", WORDS_MAX);
			return;
		} else if (!is_in_word) {
			words[nr_words++] = (struct word){ .text = s };
		}
		is_in_word = *s != '\0';
	}
}

void cmdline_init(const char *line)
{
	nr_words = 0;
	if (!line) {
		return;
	}
	if (string_copy(text, line, sizeof(text)) < strlen(line)) {
		pr_warn("command line: cut after %u characters", CMDLINE_MAX - 1);
	}
	string_copy(cmdline_whole, text, sizeof(cmdline_whole));
	split(text);
}

/* The value if a word is this option, else NULL. */
static const char *value_of(const char *word, const char *name)
{
	size_t n = strlen(name);

	if (strncmp(word, name, n)) {
		return NULL;
	}
	if (word[n] == '=') {
		return word + n + 1;
	}
	return word[n] ? NULL : word + n;
}

const char *cmdline_get(const char *name)
{
	const char *found = NULL;

	for (u32 i = 0; i < nr_words; i++) {
		const char *value = value_of(words[i].text, name);

		if (value) {
			words[i].is_known = true;
			found = value;
		}
	}
	return found;
}

bool cmdline_bool(const char *name, bool absent)
{
	static const char *const answers[] = { "0",    "off", "no", "false", "",
					       "true", "1",   "on", "yes" };
	const char *value = cmdline_get(name);
	bool result = absent;

	for (u32 i = 0; i < nr_words; i++) {
		const char *word = words[i].text;

		if (!strncmp(word, "no-", 3) && !strcmp(word + 3, name)) {
			words[i].is_known = true;
			result = false;
		}
	}
	for (u32 i = 0; value && i < ARRAY_SIZE(answers); i++) {
		if (!strcmp(value, answers[i])) {
			return i >= NR_NO;
		}
	}
	if (value) {
		pr_warn("command line: %s=%s: expected yes or no", name, value);
	}
	return value ? absent : result;
}

/* With a suffix of K, M, G or T: powers of 1024. */
static u64 scaled(u64 number, char **end)
{
	static const char suffixes[] = "kmgt";
	const char *suffix = **end ? strchr(suffixes, **end | 0x20) : NULL;
	unsigned int shift = suffix ? 10 * (unsigned int)(suffix - suffixes + 1) : 0;

	*end += suffix != NULL;
	return number > ~0UL >> shift ? ~0UL : number << shift;
}

static u64 get_number(const char *name, u64 absent, bool is_size)
{
	const char *value = cmdline_get(name);
	char *end;
	u64 number;

	if (!value) {
		return absent;
	}
	number = strtoul(value, &end, 0);
	number = is_size && end != value ? scaled(number, &end) : number;
	if (end == value || *end) {
		pr_warn("command line: %s=%s: expected %s", name, value,
			is_size ? "a size such as 512M" : "a number");
		return absent;
	}
	return number;
}

u64 cmdline_size(const char *name, u64 absent)
{
	return get_number(name, absent, true);
}

u64 cmdline_number(const char *name, u64 absent)
{
	return get_number(name, absent, false);
}

void cmdline_report_unknown(void)
{
	for (u32 i = 0; i < ARRAY_SIZE(ignored); i++) {
		(void)cmdline_get(ignored[i]);
	}
	for (u32 i = 0; i < nr_words; i++) {
		if (!words[i].is_known) {
			pr_warn("command line: %s: no such option", words[i].text);
		}
	}
}
