package analyze

import "strings"

// isCrowd tells the product from a crowd of people.
func isCrowd(text string, start, end int, atlassian bool) bool {
	after := text[end:]
	if foldedPrefix(after, " of ") || foldedPrefix(after, "-sourc") || foldedPrefix(after, "-fund") {
		return false
	}
	if foldedPrefix(after, ".properties") || foldedPrefix(after, " server") || foldedPrefix(after, " sso") ||
		foldedPrefix(after, "/console") || foldedPrefix(after, "/rest") {
		return true
	}
	before := text[:start]
	if text[start] == 'C' && !opensSentence(before) {
		return true // in the middle of a sentence only a name has a capital
	}
	return !foldedSuffix(before, "a ") && (atlassian || !foldedSuffix(before, "the "))
}

// isGoPath reports whether github.com is part of the path of a Go package or
// source file, which says nothing of GitHub being called.
func isGoPath(text string, start, end int) bool {
	if !foldedPrefix(text[end:], ".com/") || (start >= 1 && text[start-1] == '@') || foldedSuffix(text[:start], "://") ||
		foldedSuffix(text[:start], "://www.") {
		return false
	}
	token := text[end:min(len(text), end+maxPath)]
	if i := strings.IndexAny(token, " \t\"'"); i >= 0 {
		token = token[:i]
	}
	return strings.Contains(token, ".go") || strings.Contains(token, "(*") || strings.Contains(token, "@v") ||
		strings.HasSuffix(text[:start], "/mod/") || strings.HasSuffix(text[:start], "/src/") || strings.HasSuffix(text[:start], "/vendor/")
}

// isGitHubElsewhere reports whether the name only stands in the path of a Go
// package or the group of a Java one (com.github.someone).
func isGitHubElsewhere(text string, start, end int) bool {
	if foldedPrefix(text[end:], ".") && (foldedSuffix(text[:start], "com.") || foldedSuffix(text[:start], "io.")) {
		return true
	}
	return isGoPath(text, start, end)
}

// isMicrosoftElsewhere reports whether the name is that of a web server or of
// .NET, or the domain of somebody's address.
func isMicrosoftElsewhere(text string, start, end int) bool {
	after := text[end:]
	return isMailbox(text, start, end) || foldedPrefix(after, "-iis") || foldedPrefix(after, "-httpapi") || foldedPrefix(after, ".aspnet") ||
		foldedPrefix(after, ".net") || foldedPrefix(after, ".extensions")
}

// isDocumentation reports whether a name is part of a link to one of
// Atlassian's pages, which people add to what they say of anything.
func isDocumentation(text string, start, end int) bool {
	if !foldedPrefix(text[end:], ".atlassian.com") && (start == 0 || !contains("/.-", text[start-1])) {
		return false
	}
	from := start
	for from > 0 && start-from < 128 && !blank(text[from-1]) {
		from--
	}
	link := text[from:min(len(text), end+len(".atlassian.com"))]
	if !strings.Contains(link, "tlassian.com") {
		return false
	}
	for _, host := range [...]string{"confluence.", "support.", "developer.", "community.", "marketplace.", "jira.", "docs.", "www.", "documentation."} {
		if i := foldedIndex(link, host); i >= 0 && foldedPrefix(link[i+len(host):], "atlassian.com") {
			return true
		}
	}
	return false
}

// isMailbox reports whether a name is the domain of somebody's address.
func isMailbox(text string, start, _ int) bool { return start > 0 && text[start-1] == '@' }

// isGitStash reports whether a stash is the one of git, or a verb.
func isGitStash(text string, start, end int) bool {
	if foldedSuffix(text[:start], "git ") || foldedSuffix(text[:start], "git-") || foldedSuffix(text[:start], "or ") {
		return true
	}
	after := text[end:]
	return foldedPrefix(after, " pop") || foldedPrefix(after, " apply") || foldedPrefix(after, " list") || foldedPrefix(after, " your") || foldedPrefix(after, " them") || foldedPrefix(after, " change") || foldedPrefix(after, "@{")
}

// isRunner reports whether something self-hosted is but a runner of jobs.
func isRunner(text string, _, end int) bool {
	after := skip(text, end, " -")
	return foldedPrefix(text[after:], "runner") || foldedPrefix(text[after:], "agent")
}
