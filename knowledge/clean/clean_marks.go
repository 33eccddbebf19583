package clean

import (
	"bytes"
	"strings"
)

// ticks removes code fences, wherever they stand in a line, and backticks that
// hold a whole line. Backticks inside a line are kept: programs print them too
// ("resulted in a `400 Bad Request` response").
func (c *cleaner) ticks(e *edit, text []byte) {
	for i := 0; i < len(text); {
		k := bytes.Index(text[i:], []byte("```"))
		if k < 0 {
			break
		}
		i += k
		end := i
		for end < len(text) && text[end] == '`' {
			end++
		}
		c.fenced = !c.fenced
		if c.fenced && isLanguage(string(bytes.TrimSpace(text[end:min(len(text), end+32)]))) {
			end = len(text)
		}
		e.replace(i, end, "")
		i = end
	}
	if e.changed {
		return
	}
	lo, hi := 0, len(text)
	for lo < hi && (text[lo] == ' ' || text[lo] == '>') {
		lo++
	}
	for hi > lo && text[hi-1] == ' ' {
		hi--
	}
	first := lo < hi && text[lo] == '`'
	last := hi > lo+1 && text[hi-1] == '`'
	switch n := bytes.Count(text, []byte("`")); {
	case n == 1 && first:
		e.replace(lo, lo+1, "")
	case n == 1 && last:
		e.replace(hi-1, hi, "")
	case first && last && (n == 2 || n == 4 && string(text[lo:lo+2]) == "``" && string(text[hi-2:hi]) == "``"):
		for k := 0; k < n/2; k++ {
			e.replace(lo+k, lo+k+1, "")
		}
		for k := n / 2; k > 0; k-- {
			e.replace(hi-k, hi-k+1, "")
		}
	}
}

// isLanguage reports whether word is what people write behind an opening
// fence. Other words behind it are text.
func isLanguage(word string) bool {
	switch strings.ToLower(word) {
	case "bash", "sh", "shell", "zsh", "console", "text", "txt", "plaintext", "plain", "none", "log", "logs",
		"json", "jsonc", "xml", "html", "http", "yaml", "yml", "toml", "ini", "properties", "conf", "nginx", "csv", "diff", "md", "markdown",
		"sql", "java", "kotlin", "groovy", "scala", "python", "py", "python3", "pycon", "js", "javascript", "ts", "typescript",
		"go", "golang", "ruby", "rb", "php", "perl", "c", "cpp", "c++", "cs", "csharp", "rust", "powershell", "ps1", "pwsh", "batch", "cmd",
		"ansi", "stacktrace", "terminal", "output", "dockerfile", "hcl", "terraform", "elixir", "swift":
		return true
	}
	return false
}

// unmark removes pairs of mark (two equal bytes) that stand around words:
// **bold**, ||spoiler||, ~~struck~~. Globs (**/*.js), operators (a || b) and
// names (__init__) are not words in marks.
func unmark(e *edit, text []byte, mark string) {
	for i := 0; i+4 < len(text); {
		k := bytes.Index(text[i:], []byte(mark))
		if k < 0 {
			return
		}
		open := i + k
		i = open + 2
		if !opensMark(text, open) {
			continue
		}
		n := bytes.Index(text[i:min(len(text), i+maxMarked)], []byte(mark))
		if n < 0 {
			// No later mark in reach can close this one, nor begin a pair before it.
			i = min(len(text), i+maxMarked) - 1
			continue
		}
		end := i + n
		inner := text[i:end]
		if n == 0 || !closesMark(text, end) || mark == "__" && !bytes.ContainsRune(inner, ' ') {
			i = end
			if n == 0 {
				i = end + 2
			}
			continue
		}
		e.replace(open, open+2, "")
		e.replace(end, end+2, "")
		i = end + 2
	}
}

// maxMarked is the longest text in marks that is recognised, Discord's limit
// of a message for most people.
const maxMarked = 2000

func opensMark(text []byte, i int) bool {
	if i > 0 && !spaceOr(text[i-1], "([{\"'>:;,.!?_~|*-") || i+2 >= len(text) {
		return false
	}
	if i > 0 && text[i-1] == text[i] {
		return false
	}
	next := text[i+2]
	return next != ' ' && next != '/' && next != '.' && next != text[i]
}

func closesMark(text []byte, i int) bool {
	if prev := text[i-1]; prev == ' ' || prev == '/' {
		return false
	}
	return i+2 == len(text) || spaceOr(text[i+2], ")]}\"'<:;,.!?_~|-\r")
}

func spaceOr(b byte, set string) bool {
	return b == ' ' || b >= 0x80 || strings.IndexByte(set, b) >= 0
}
