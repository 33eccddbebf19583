package analyze

import "strings"

// A context class says what a word beside a number makes of it.
type contextClass uint8

const (
	saysNothing contextClass = iota
	saysStatus               // a status, whatever the number
	saysFailure              // a status if the number is that of an error or a redirect
	saysUnit                 // a quantity
	saysMore                 // one more status, if there was one before
	saysOther                // something else that is numbered
)

type leftContext struct {
	class  contextClass
	quoted bool // an opening quote or bracket touches the number
	key    bool // the number is the value of a key that is no status's
	glued  bool // the number belongs to a longer word, such as PROJ-401
}

type rightContext struct {
	class    contextClass
	quoted   bool
	glued    bool
	fraction bool // IIS writes 401.1
	counts   bool // a plural follows
}

// right reads what follows the digits that end at end. It is not ok when they
// are part of a larger number or word.
func (h *httpReader) right(end int) (rightContext, bool) {
	var c rightContext
	text := h.text
	if end == len(text) {
		return c, true
	}
	next := byte(' ')
	if end+1 < len(text) {
		next = text[end+1]
	}
	switch b := text[end]; {
	case b == '_' || b == '%' || b == '@':
		return c, false
	case letter(b):
		// "the 401s", "401er"
		n := 0
		if b == 's' {
			n = 1
		} else if b == 'e' && next == 'r' {
			n = 2
		}
		if n == 0 || end+n < len(text) && alphanumeric(text[end+n]) {
			return c, false
		}
		end += n
	case b == '.' && digit(next):
		if e := digitsEnd(text, end+1); e < len(text) && contains(".:", text[e]) {
			return c, false
		}
		c.fraction = true
		return c, true
	case contains(":,-", b) && digit(next):
		return c, false
	case b == '-' && letter(next):
		c.glued = true
	case b == '/' && digit(next):
		// "401/403" are two, "401/7" is none.
		if digitsEnd(text, end+1) != end+4 {
			return c, false
		}
	case b == '(' && letter(next):
		c.glued = true
	}
	i := end
	for i < len(text) && i-end < 12 {
		switch b := text[i]; {
		case contains(" \t-:;.,/|(", b):
		case contains("\"')]}>*`", b) || b >= 0x80 && !letterBeyondASCII(text[i:]):
			c.quoted = c.quoted || i == end || (i == end+1 && text[end] == '\\')
		case b == '\\':
		default:
			c.class = rightWord(text[i:])
			if c.class == saysUnit && i-end > 1 {
				c.class = saysNothing
			}
			c.counts = c.class == saysNothing && i == end+1 && text[end] == ' ' && countsThings(text[i:])
			return c, true
		}
		i++
	}
	return c, true
}

// letterBeyondASCII reports whether text begins with a letter rather than a
// mark of punctuation (U+2000 to U+206F, U+3000 to U+303F, U+FF00 to U+FF0F,
// guillemets).
func letterBeyondASCII(text string) bool {
	if text[0] < 0xC0 || text[0] == 0xC2 {
		return false
	}
	for _, mark := range [...]string{"\xe2\x80", "\xe2\x86", "\xe3\x80", "\xef\xbc"} {
		if len(text) >= 2 && text[:2] == mark {
			return false
		}
	}
	return true
}

// left reads what stands before the digits that begin at i. It is not ok when
// they are part of a larger number or word.
func (h *httpReader) left(i int) (leftContext, bool) {
	var c leftContext
	text := h.text
	if i == 0 {
		return c, true
	}
	b := text[i-1]
	if letter(b) {
		// npm's E401
		if b == 'E' && (i == 1 || contains(" \t\"'([:=`", text[i-2])) {
			c.class = saysFailure
			return c, true
		}
		return c, false
	}
	colon, equals, dash, arrow := false, false, false, false
	j := i
back:
	for j > 0 && i-j < 24 {
		switch b := text[j-1]; {
		case blank(b):
		case contains("\"'`([{<*", b):
			c.quoted = c.quoted || j == i
			if colon && contains("\"'", b) {
				c.key = true
			}
		case b == ':':
			colon = true
			c.glued = c.glued || j == i
		case b == '=':
			equals = true
		case b == '>':
			arrow = arrow || j >= 2 && text[j-2] == '-'
		case b == ']' || b == ')' || b == '\\' || b == '|' || b == '!' || b == '~':
		case b == '-' || b == '_' || b == '#' || b == '+' || b == '$' || b == '.' || b == '/':
			dash = dash || j == i
		case b == ',' || b == ';':
			if j == i && j >= 2 && digit(text[j-2]) {
				return c, false
			}
			break back
		case b >= 0x80 && b < 0xC0 && j >= 2 && !endsInLetter(text[:j]):
			j = runeStart(text, j)
			c.quoted = c.quoted || runeEnd(text, j) == i
			continue
		default:
			break back
		}
		j--
	}
	word, from := lastWord(text, j)
	if word == "" {
		c.glued = c.glued || dash
		return c, true
	}
	if digit(word[len(word)-1]) && allDigitsOrDots(word) {
		if protocolBefore(text, from) {
			c.class = saysStatus
			return c, true
		}
		// "200 401": the second is a size. "401/403", "401, 403": both count.
		if j < i && text[j] == '/' && len(word) == 3 && i-j == 1 {
			return c, true
		}
		if !strings.Contains(word, ".") {
			c.class = saysOther
		}
		return c, j < i && !contains(".:-/", text[i-1])
	}
	// "gets a 404", "gives me a 302": the word before counts.
	for n := 0; n < 3 && j < i && article(word); n++ {
		end := from
		for end > 0 && blank(text[end-1]) {
			end--
		}
		verb, start := lastWord(text, end)
		if verb == "" {
			break
		}
		word, from = verb, start
	}
	c.class = leftWord(word, text[:from], i-j)
	if c.class == saysStatus || c.class == saysFailure {
		c.key, c.glued = false, false
		return c, true
	}
	if arrow && c.class == saysNothing {
		c.class = saysFailure
		return c, true
	}
	// "foo(401)" is code, "credentials (401)" prose.
	c.glued = c.glued && colon || dash || j == i-1 && contains("([<", text[j])
	c.key = c.key || equals
	return c, true
}

// lastWord returns the word that ends at j and where it begins: ASCII letters,
// digits and _ with dots between them, or a run of other scripts.
func lastWord(text string, j int) (word string, from int) {
	from = j
	if j == 0 {
		return "", 0
	}
	if text[j-1] >= 0x80 {
		for from > 0 && j-from < 24 && (text[from-1] >= 0x80 || letter(text[from-1])) {
			from--
		}
		return text[from:j], from
	}
	for from > 0 && j-from < 32 && (alphanumeric(text[from-1]) || text[from-1] == '_' || text[from-1] >= 0x80 || text[from-1] == '.' && from < j) {
		from--
	}
	return text[from:j], from
}

// article reports whether a word may stand between the word that counts and
// its number.
func article(word string) bool {
	switch word {
	case "a", "an", "the", "A", "An", "ein", "einen", "eine", "einem", "den", "un", "une", "una", "uno", "um", "uma", "een",
		"me", "us", "mir", "uns", "nous", "nos", "is", "was", "were", "be", "of", "ist", "war", "est", "es", "è", "é":
		return true
	}
	return false
}

// protocolBefore reports whether HTTP/ stands before from.
func protocolBefore(text string, from int) bool { return foldedSuffix(text[:from], "http/") }

func allDigitsOrDots(s string) bool {
	for i := 0; i < len(s); i++ {
		if !digit(s[i]) && s[i] != '.' {
			return false
		}
	}
	return true
}

// runeStart returns where the rune that ends at j begins, going back over at
// most three continuation bytes.
func runeStart(text string, j int) int {
	k := j - 1
	for k > 0 && j-k < 4 && text[k] >= 0x80 && text[k] < 0xC0 {
		k--
	}
	return k
}

func runeEnd(text string, k int) int {
	k++
	for k < len(text) && text[k] >= 0x80 && text[k] < 0xC0 {
		k++
	}
	return k
}

// endsInLetter reports whether text, which ends in a byte beyond ASCII, ends
// in a letter.
func endsInLetter(text string) bool { return letterBeyondASCII(text[runeStart(text, len(text)):]) }
