package knowledge

import (
	_ "embed"
	"slices"
	"strings"
	"sync"

	"authfix/knowledge/match"
)

// A sign is what a turn of phrase says about how the text around it stands.
type sign int

const (
	solvedSign    sign = iota // it is over
	calmSign                  // it may be over
	unsolvedSign              // it is not, or it is back
	contrastSign              // but
	pastSign                  // the sentence is of another time
	normalSign                // as it should be
	docSign                   // documentation, a change to a program, teaching
	adviceSign                // advice, an example
	wishSign                  // a wish, a plan, a rule to be set up
	askSign                   // a question about the error in general
	reportSign                // somebody has it
	testSign                  // a test's output or source
	codeSign                  // program text
	querySign                 // a search for the error: grep, a log query, an alert rule
	failedSign                // a test or a step that failed
	recoveredSign             // the line itself tells that it went well in the end
	sourceSign                // the paste as a whole is a program, a patch or a configuration of rules
	signs
)

// stancePatterns is one compiled part of the table.
type stancePatterns struct {
	patterns *match.Set
	signs    []sign // of each pattern
}

// The two parts, compiled when the first candidate is judged: what prose says,
// and what shows on any line.
var (
	proseSigns = sync.OnceValue(func() *stancePatterns { return compileSigns(solvedSign, testSign) })
	lineSigns  = sync.OnceValue(func() *stancePatterns { return compileSigns(testSign, signs) })
)

func compileSigns(from, to sign) *stancePatterns {
	s := &stancePatterns{}
	var all []match.Pattern
	for n := from; n < to; n++ {
		for _, phrase := range phrases()[n] {
			all = append(all, match.Pattern{Regexp: unaccented.Replace(phrase), Exact: true})
			s.signs = append(s.signs, n)
		}
	}
	set, err := match.Compile(all)
	if err != nil {
		panic("knowledge: stance phrases: " + err.Error())
	}
	s.patterns = set
	return s
}

// unaccented takes the accents off Latin letters, in the phrases and in the
// text: people leave them out, and RE2's word boundary knows only ASCII.
var unaccented = strings.NewReplacer("à", "a", "á", "a", "â", "a", "ã", "a", "ä", "a", "å", "a", "ą", "a", "ç", "c", "ć", "c", "č", "c",
	"è", "e", "é", "e", "ê", "e", "ë", "e", "ę", "e", "ì", "i", "í", "i", "î", "i", "ï", "i", "ł", "l", "ñ", "n", "ń", "n", "ò", "o", "ó", "o",
	"ô", "o", "õ", "o", "ö", "o", "ø", "o", "ś", "s", "š", "s", "ß", "ss", "ù", "u", "ú", "u", "û", "u", "ü", "u", "ý", "y", "ź", "z", "ż", "z", "ž", "z", "ğ", "g", "ı", "i", "ş", "s", "ő", "o", "ű", "u", "ě", "e", "ř", "r", "ů", "u", "ť", "t", "ď", "d", "ň", "n", "ă", "a", "ț", "t", "ș", "s", "i̇", "i")

//go:embed stancesigns.txt
var signPhrases string

// signNames are the headings of the file of phrases, by sign.
var signNames = [signs]string{"solved", "calm", "unsolved", "contrast", "past", "normal", "documented", "advice", "wish", "ask", "report", "test", "code", "query", "failed", "recovered", "source"}

// phrases reads the file of phrases.
var phrases = sync.OnceValue(func() (table [signs][]string) {
	current := -1
	for line := range strings.Lines(signPhrases) {
		line = strings.TrimRight(line, "\n")
		name, heading := strings.CutPrefix(line, "[")
		name, closed := strings.CutSuffix(name, "]")
		switch {
		case line == "" || strings.HasPrefix(line, "# "):
		case heading && closed && slices.Contains(signNames[:], name):
			current = slices.Index(signNames[:], name)
		case current < 0:
			panic("knowledge: a phrase before the first heading: " + line)
		default:
			table[current] = append(table[current], line)
		}
	}
	return table
})
