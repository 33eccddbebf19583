package knowledge

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode"
)

// A searchIndex is a small inverted index over the texts of one layer.
type searchIndex struct {
	Terms   []string    // sorted
	Lists   [][]posting // of each term
	Lengths []int32     // terms of each failure mode
}

func (x *searchIndex) list(term string) []posting {
	if i, ok := slices.BinarySearch(x.Terms, term); ok {
		return x.Lists[i]
	}
	return nil
}

type posting struct {
	Mode  int32
	Count int32
}

// Weights of where a term stands.
const (
	inID    = 6
	inTitle = 4
	inText  = 1
)

func indexTerms(modes []FailureMode) *searchIndex {
	x := &searchIndex{Lengths: make([]int32, len(modes))}
	lists := map[string][]posting{}
	for i := range modes {
		m := &modes[i]
		counts := map[string]int32{}
		add := func(weight int32, texts ...string) {
			for _, t := range texts {
				for _, term := range terms(t) {
					counts[term] += weight
				}
			}
		}
		add(inID, m.ID)
		add(inTitle, m.Title)
		add(inTitle, m.Systems...)
		add(inText, m.Cause, m.Effect)
		for _, c := range m.Causes {
			add(inText, c.Text)
		}
		for _, r := range m.Remedies {
			add(inText, r.Steps...)
		}
		for _, s := range m.Signatures {
			for _, group := range [][]Clause{s.All, s.Any} {
				eachClause(group, func(c *Clause) { add(inText, c.Literal, c.Phrase, c.Is) })
			}
		}
		for term, n := range counts {
			x.Lengths[i] += n
			lists[term] = append(lists[term], posting{int32(i), n})
		}
	}
	x.Terms = slices.Sorted(maps.Keys(lists))
	for _, term := range x.Terms {
		x.Lists = append(x.Lists, lists[term])
	}
	return x
}

func eachClause(list []Clause, visit func(*Clause)) {
	for i := range list {
		visit(&list[i])
		eachClause(list[i].All, visit)
		eachClause(list[i].Any, visit)
	}
}

// common words carry nothing.
var common = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`a about after again all also always am an and any are as at be because been before but by can could did do does
		each error for from get go good had has have he hello help her here him his how i if in info into is it its just know last like line
		look me more much my need new next no not now of off on one only or other our out over please right said same see she should so some
		still such thank thanks that the their them then there these they thing this those time to today tomorrow too up us use very want warn
		was way we well went were what when where which while who why will with work would yes yesterday you your morning everybody everyone`) {
		m[w] = true
	}
	return m
}()

// maxTerms bounds how many terms of a text are searched for.
const maxTerms = 400

// terms splits a text into lower-case words; identifiers such as
// timestamp_refused also give their parts.
func terms(text string) []string {
	var out []string
	add := func(w string) {
		if len(w) >= 2 && len(w) <= 40 && !common[w] && len(out) < maxTerms {
			out = append(out, w)
		}
	}
	for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' }) {
		add(strings.Trim(word, "_"))
		if parts := strings.Split(word, "_"); len(parts) > 1 {
			for _, part := range parts {
				add(part)
			}
		}
		if len(out) == maxTerms {
			break
		}
	}
	return out
}

// A Result is one entry that search found.
type Result struct {
	Listed
	Score float64 `json:"score"`
}

// Search returns the failure modes whose texts fit the words best, at most
// limit, best first (BM25). Nothing is returned for words that stand nowhere.
func (b *Base) Search(words string, limit int) []Result {
	if limit < 1 {
		return nil
	}
	var best []Result // ordered; at most limit
	wanted := distinct(terms(words))
	for _, l := range b.layers {
		x := l.terms()
		scores := make([]float64, len(l.Modes))
		mean := 1.0
		for _, n := range x.Lengths {
			mean += float64(n) / float64(len(x.Lengths))
		}
		for _, term := range wanted {
			list := x.list(term)
			if len(list) == 0 {
				continue
			}
			rarity := math.Log(1 + (float64(len(x.Lengths))-float64(len(list))+0.5)/(float64(len(list))+0.5))
			for _, hit := range list {
				n := float64(hit.Count)
				scores[hit.Mode] += rarity * n * 2.2 / (n + 1.2*(0.25+0.75*float64(x.Lengths[hit.Mode])/mean))
			}
		}
		for i, score := range scores {
			m := &l.Modes[i]
			if score == 0 || l.hidden[m.ID] || len(best) == limit && score < best[limit-1].Score {
				continue
			}
			r := Result{Listed{m.ID, m.Title, m.Systems, m.Severity, m.Version}, score}
			at, _ := slices.BinarySearchFunc(best, r, func(a, b Result) int {
				return cmp.Or(cmp.Compare(b.Score, a.Score), strings.Compare(a.ID, b.ID))
			})
			best = slices.Insert(best, at, r)
			best = best[:min(limit, len(best))]
		}
	}
	return best
}

func distinct(words []string) []string {
	slices.Sort(words)
	return slices.Compact(words)
}

const (
	maxNearest   = 3
	minNearScore = 3.0 // below, a shared word or two mean nothing
)

// nearest searches with the words of an unrecognised paste: those of what was
// written by hand and of the lines that report trouble, at its beginning.
func (p *paste) nearest() []Nearest {
	const enough = 600 // bytes
	var words strings.Builder
	for i := range p.doc.Records {
		r := &p.doc.Records[i]
		if words.Len() > enough {
			break
		}
		if !r.Logged || r.Level == "WARN" || r.Level == "ERROR" || r.Level == "FATAL" {
			row := p.doc.Rows[r.First]
			words.WriteString(cut(p.doc.Text[max(row.Start, min(r.Message, row.End)):row.End], enough))
			words.WriteByte('\n')
		}
	}
	var out []Nearest
	for _, r := range p.base.Search(words.String(), maxNearest) {
		if r.Score >= minNearScore {
			out = append(out, Nearest{r.ID, r.Title})
		}
	}
	return out
}

// nextPaste says what to paste next when nothing was recognised.
func (p *paste) nextPaste() *Missing {
	for i := range p.doc.Records {
		if r := &p.doc.Records[i]; r.Logged {
			return &Missing{"log", "Paste the whole log entry of the failure: its first line, the stack trace with every \"Caused by\", and the ten lines before it."}
		}
	}
	return &Missing{"error", "Paste the exact error text, best as it stands in the application log of the side that made the request (authfix logs PRODUCT says where that is)."}
}
