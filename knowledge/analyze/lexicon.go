package analyze

import (
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A phrase is a text that a [lexicon] looks for: lower case where it is ASCII.
// By default no ASCII letter or digit stands before it and no ASCII letter
// after it; letters of other scripts may, since many write without spaces.
type phrase struct {
	text string
	id   int
	open bool // letters may follow
}

// appendPhrases adds the phrases that a list parted by | holds. One that ends
// in * may go on with more letters.
func appendPhrases(list []phrase, texts string, id int) []phrase {
	for text := range strings.SplitSeq(texts, "|") {
		p := phrase{text: text, id: id}
		if n := len(text) - 1; text[n] == '*' {
			p.text, p.open = text[:n], true
		}
		list = append(list, p)
		list = appendSpellings(list, p)
	}
	return list
}

// appendSpellings adds the other spellings of a phrase with letters beyond
// ASCII: with a capital at its head, all in capitals, and without accents, as
// people type who lack the keys. ASCII case is folded by the lexicon.
func appendSpellings(list []phrase, p phrase) []phrase {
	text := p.text
	first := strings.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf && unicode.ToUpper(r) != r })
	if first < 0 {
		return list
	}
	capitals := strings.ToUpper(text[first:])
	p.text = text[:first] + asciiLower(capitals)
	list = append(list, p)
	if r, n := utf8.DecodeRuneInString(text); first == 0 && n < len(text) && asciiLower(capitals) != string(unicode.ToUpper(r))+text[n:] {
		p.text = string(unicode.ToUpper(r)) + text[n:]
		list = append(list, p)
	}
	for _, fold := range [...]*strings.Replacer{unaccented, umlauts} {
		p.text = fold.Replace(text)
		if isASCII(p.text) && p.text != list[len(list)-1].text {
			list = append(list, p)
		}
	}
	return list
}

// The letters of Latin scripts without their marks, and German's umlauts
// written out.
var (
	unaccented = strings.NewReplacer("ä", "a", "á", "a", "à", "a", "â", "a", "ã", "a", "å", "a", "ą", "a", "ç", "c", "č", "c", "ć", "c",
		"é", "e", "è", "e", "ê", "e", "ë", "e", "ę", "e", "ě", "e", "í", "i", "î", "i", "ï", "i", "ı", "i", "ł", "l", "ñ", "n", "ń", "n",
		"ö", "o", "ó", "o", "ò", "o", "ô", "o", "õ", "o", "ø", "o", "ś", "s", "š", "s", "ş", "s", "ß", "ss", "ü", "u", "ú", "u", "ù", "u", "û", "u", "ğ", "g", "ż", "z", "ź", "z", "ž", "z")
	umlauts = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss")
)

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// A lexicon finds many phrases in one pass over a text, ASCII case folded. Each
// phrase has at least three bytes, by whose hash it is found.
type lexicon struct {
	class   [256]uint8
	buckets [hashes][]phrase // longest first
}

// Classes of bytes.
const (
	inWord uint8 = 1 << iota // an ASCII letter or digit
	begins                   // some phrase begins with it
)

const hashes = 1 << 10

// headHash hashes the head of a phrase or of a place in a text. Setting bit 5
// folds the case of letters, and some others, which the comparison tells apart.
func headHash(a, b, c byte) uint {
	return (uint(a|0x20)*33 ^ uint(b|0x20)*265 ^ uint(c|0x20)*4099>>2) % hashes
}

func newLexicon(phrases []phrase) *lexicon {
	l := &lexicon{}
	for c := range 256 {
		if alphanumeric(byte(c)) {
			l.class[c] |= inWord
		}
	}
	for _, p := range phrases {
		h := headHash(p.text[0], p.text[1], p.text[2])
		l.buckets[h] = append(l.buckets[h], p)
		l.class[p.text[0]] |= begins
		if c := p.text[0]; letter(c) {
			l.class[c-'a'+'A'] |= begins
		}
	}
	for i := range l.buckets {
		sort.SliceStable(l.buckets[i], func(a, b int) bool { return len(l.buckets[i][a].text) > len(l.buckets[i][b].text) })
	}
	return l
}

// scan calls hit for each phrase in text, from left to right; of phrases that
// begin at one place only the longest counts, and hits do not overlap.
func (l *lexicon) scan(text string, hit func(id, start, end int)) {
	before := uint8(0)
	for i := 0; i+2 < len(text); i++ {
		class := l.class[text[i]]
		if class&before&inWord != 0 {
			continue
		}
		before = class
		if class&begins == 0 {
			continue
		}
		for _, p := range l.buckets[headHash(text[i], text[i+1], text[i+2])] {
			// Many phrases share their head (com.atlassian…) but few their end.
			end := i + len(p.text)
			if end > len(text) || lowerByte(text[end-1]) != p.text[len(p.text)-1] || !foldedPrefix(text[i:], p.text) {
				continue
			}
			if !p.open && end < len(text) && letter(text[end]) && letter(text[end-1]) {
				continue
			}
			hit(p.id, i, end)
			i = end - 1
			before = l.class[text[i]]
			break
		}
	}
}

// keywords returns the texts of phrases that are long enough to be keywords.
func keywords(phrases []phrase) []string {
	var list []string
	for _, p := range phrases {
		if len(p.text) >= 3 {
			list = append(list, p.text)
		}
	}
	return shortest(list)
}

// shortest leaves out what contains another of the list.
func shortest(list []string) []string {
	var kept []string
	for i, a := range list {
		covered := false
		for j, b := range list {
			if i != j && len(b) <= len(a) && (a != b || j < i) && strings.Contains(a, b) {
				covered = true
				break
			}
		}
		if !covered {
			kept = append(kept, a)
		}
	}
	return kept
}
