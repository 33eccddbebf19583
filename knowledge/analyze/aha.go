package analyze

import "strings"

// isAha tells the product Aha! at [start, end) of text from the interjection.
// surroundings says whether the record speaks of what the product has to do
// with: an integration, Jira, roadmaps, ideas, a workspace.
func isAha(text string, start, end int, surroundings bool) bool {
	before, after := text[:start], text[end:]
	if foldedPrefix(after, ".io") || foldedPrefix(after, "!-") || foldedPrefix(after, "-jira") || foldedSuffix(before, "jira-") ||
		foldedPrefix(after, "_") || foldedPrefix(after, "-bot") {
		return true
	}
	if isSource(before, after) {
		return true
	}
	i := skip(after, 0, "!'`*\"")
	marked := i > 0 && after[0] == '!'
	i = skip(after, i, " \t:/-_&+<>=*|")
	next := after[i:]
	for _, w := range ahaCompanions {
		if foldedPrefix(next, w) {
			return true
		}
	}
	// In the middle of a sentence only a name has a capital: "from Aha".
	named := text[start] == 'A' && text[end-1] != 'A' && !opensSentence(before) && !reacts(next)
	if !surroundings {
		return named
	}
	// "Aha, …", "aha …": at the head of a sentence these are interjections,
	// unless the name is written out with its mark.
	if i < len(after) && contains(",.;?", next[0]) && !marked && opensSentence(before) {
		return false
	}
	if opensSentence(before) {
		return !reacts(next) && (len(next) > 0 || marked)
	}
	return true
}

// isSource reports whether what stands between before and after is the value,
// in quotes, of a key that says where a record comes from: "source":"aha".
func isSource(before, after string) bool {
	if quoteLen(after, 0) == 0 {
		return false
	}
	head := strings.TrimRight(before, "\\\"'")
	if len(head) == len(before) {
		return false
	}
	head = strings.TrimRight(head, " \t")
	if head == "" || head[len(head)-1] != ':' && head[len(head)-1] != '=' {
		return false
	}
	head = strings.TrimRight(head[:len(head)-1], " \t\\\"'")
	key := head
	for k := len(head); k > 0 && isWord(head[k-1]); k-- {
		key = head[k-1:]
	}
	switch asciiLower(key) {
	case "source", "app", "application", "service", "system", "product", "integration", "component", "sender", "client", "provider", "origin", "tool", "vendor":
		return true
	}
	return false
}

// reacts reports whether text begins with a word of ahaReactions.
func reacts(text string) bool {
	for _, w := range ahaReactions {
		if foldedPrefix(text, w) && (len(text) == len(w) || !letter(text[len(w)])) {
			return true
		}
	}
	return false
}

// opensSentence reports whether a word after before would begin a sentence.
func opensSentence(before string) bool {
	for i := len(before) - 1; i >= 0; i-- {
		switch c := before[i]; {
		case c == ' ' || c == '\t' || c == '>' || c == '"' || c == '\'' || c == '*' || c == '(':
			continue
		case c == '.' || c == '!' || c == '?' || c == ':' || c == ';' || c == ',' || c == '-':
			return true
		default:
			return false
		}
	}
	return true
}

// ahaCompanions are words that follow the product's name only.
var ahaCompanions = [...]string{
	"integration", "jira", "roadmap", "ideas", "idea ", "develop", "workspace", "sync", "connector", "config", "log", "account",
	"remote error", "api", "admin", "user", "webhook", "record", "release", "feature", "und jira", "and jira", "to jira", "zu jira",
	"with jira", "mit jira", "et jira", "y jira", "e jira", "から", "と", "へ", "の", "与", "和", "到", "集成", "연동",
}

// ahaReactions are words that follow the interjection.
var ahaReactions = [...]string{
	"i", "it", "its", "it's", "that", "thats", "that's", "this", "the", "so", "now", "ok", "okay", "yes", "no", "thanks", "thank", "thx",
	"got", "found", "there", "there's", "you", "we", "then", "right", "good", "great", "nice", "of", "but", "and", "my", "moment",
	"das", "ja", "danke", "dann", "also", "jetzt", "gut", "genau", "ach", "merci", "gracias", "ya", "oui", "si", "interesting", "makes",
	"never", "solved", "fixed", "works", "perfect", "indeed", "see", "what", "why", "how", "well",
}
