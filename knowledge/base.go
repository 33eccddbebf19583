package knowledge

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"
	"sync"

	"authfix/knowledge/analyze"
	"authfix/knowledge/clean"
	"authfix/knowledge/match"
	"authfix/knowledge/redact"
)

// A Base is a compiled, immutable set of failure modes with the questions and
// topics that go with them. It is safe for concurrent use.
type Base struct {
	layers     []*layer // the built-in one first; a later one replaces entries of an earlier
	analyzers  []analyze.Analyzer
	generation string
	answerable map[string]bool // facts that there is a question about
	observed   []observed      // by layer
	scratch    sync.Pool       // of *scratch
}

// A layer is one set of failure modes with its own compiled patterns: a team's
// folder lies over the built-in base without that being compiled anew.
type layer struct {
	index
	set       *match.Set
	phrases   *match.Set // run on the skeleton; nil when there are none
	own       int        // patterns of the index; behind them keywords and secrets' rules (first layer only)
	keywords  []int32    // analyzer of each keyword pattern
	turns     []int      // signatures in the order in which they are evaluated: the surest first
	byPattern [][]int32  // pattern → turns of the signatures that can rest on it
	byPhrase  [][]int32
	byFact    map[string][]int32
	hidden    map[string]bool // ids that a later layer replaces
	texts     func(i int) (*FailureMode, error)
	cache     []cached
	questions []Question
	topics    []Topic
	terms     func() *searchIndex
}

type cached struct {
	once sync.Once
	mode *prepared
	err  error
}

// A scratch is the memory of one diagnosis, kept for the next. It holds text of
// a paste only while the diagnosis runs.
type scratch struct {
	layers   []layerScratch
	keywords []place
	secrets  []match.Hit
	turns    []int32
	stance   match.Scratch
	skeleton clean.Skeleton
	phrases  match.Scratch
}

// A place is where a keyword stands.
type place struct{ start, number int }

type layerScratch struct {
	scan    match.Scratch
	hits    []match.Hit // of all patterns; scan owns them
	seen    []seen
	slots   []slot // by pattern
	stamp   uint32
	present []int // patterns that have a hit
	order   []int // indexes of seen, by pattern
}

// A slot says where the hits of a pattern stand in order; it counts only under
// the stamp of the evaluation.
type slot struct {
	stamp   uint32
	from, n int32
}

// New compiles sources into a base of one layer. The sources must be free of
// complaints ([Sources.Validate]).
func New(s *Sources) (*Base, error) {
	modes := s.Modes()
	x, err := buildIndex(modes)
	if err != nil {
		return nil, err
	}
	l := &layer{index: *x, texts: func(i int) (*FailureMode, error) { return &modes[i], nil }}
	for _, q := range s.questions {
		l.questions = append(l.questions, q.Value)
	}
	for _, t := range s.topics {
		l.topics = append(l.topics, t.Value)
	}
	l.terms = sync.OnceValue(func() *searchIndex { return indexTerms(modes) })
	return newBase(l, digest(modes, l.questions, l.topics))
}

// digest is the generation of a base: it changes with every change of content.
func digest(parts ...any) string {
	h := sha256.New()
	for _, p := range parts {
		text, err := json.Marshal(p)
		if err != nil {
			panic("knowledge: digest: " + err.Error())
		}
		h.Write(text)
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}

func newBase(l *layer, generation string) (*Base, error) {
	b := &Base{analyzers: analyze.All(), generation: generation}
	if err := l.compile(b.analyzers); err != nil {
		return nil, err
	}
	b.layers = []*layer{l}
	b.observable()
	b.scratch.New = func() any { return &scratch{layers: make([]layerScratch, len(b.layers))} }
	return b, nil
}

// With returns a base in which the failure modes of s lie over those of b: an
// id that b has too is replaced. b stays as it is.
func (b *Base) With(s *Sources) (*Base, error) {
	over, err := New(s)
	if err != nil {
		return nil, err
	}
	l := over.layers[0]
	if err := l.compile(nil); err != nil {
		return nil, err
	}
	replaced := map[string]bool{}
	for i := range l.Modes {
		replaced[l.Modes[i].ID] = true
	}
	n := &Base{analyzers: b.analyzers, generation: digest(b.generation, over.generation)}
	for _, below := range b.layers {
		under := *below
		under.cache = make([]cached, len(below.Modes))
		under.hidden = map[string]bool{}
		for id := range below.hidden {
			under.hidden[id] = true
		}
		for id := range replaced {
			under.hidden[id] = true
		}
		n.layers = append(n.layers, &under)
	}
	n.layers = append(n.layers, l)
	n.observable()
	n.scratch.New = func() any { return &scratch{layers: make([]layerScratch, len(n.layers))} }
	return n, nil
}

// compile makes the layer's pattern set. The first layer also carries the
// analyzers' keywords and the secrets' rules, so that one pass serves all.
func (l *layer) compile(analyzers []analyze.Analyzer) error {
	patterns := slices.Clone(l.Patterns)
	for i := range patterns {
		patterns[i].Late = patterns[i].Regexp != ""
	}
	l.own = len(patterns)
	l.keywords = nil
	for i, a := range analyzers {
		for _, k := range a.Keywords {
			patterns = append(patterns, match.Pattern{Literal: k})
			l.keywords = append(l.keywords, int32(i))
		}
	}
	if analyzers != nil {
		patterns = append(patterns, redact.Patterns()...)
	}
	set, err := match.Compile(patterns)
	if err != nil {
		return fmt.Errorf("compile failure modes: %w", err)
	}
	l.set = set
	if len(l.Phrases) > 0 {
		bones := make([]match.Pattern, len(l.Phrases))
		for i, p := range l.Phrases {
			bones[i] = match.Pattern{Literal: p, Exact: true, All: true}
		}
		if l.phrases, err = match.Compile(bones); err != nil {
			return fmt.Errorf("compile phrases: %w", err)
		}
	}
	l.byPattern = make([][]int32, l.own)
	l.byPhrase = make([][]int32, len(l.Phrases))
	l.byFact = map[string][]int32{}
	l.turns = make([]int, len(l.Sigs))
	for i := range l.turns {
		l.turns[i] = i
	}
	slices.SortStableFunc(l.turns, func(a, b int) int { return cmp.Compare(l.Sigs[b].Gives.rank(), l.Sigs[a].Gives.rank()) })
	var triggers []trigger
	for turn, i := range l.turns {
		triggers = l.triggers(triggers[:0], &l.Sigs[i].Root)
		for _, t := range triggers {
			switch t.kind {
			case patternNode:
				l.byPattern[t.pattern] = appendNew(l.byPattern[t.pattern], int32(turn))
			case phraseNode:
				l.byPhrase[t.pattern] = appendNew(l.byPhrase[t.pattern], int32(turn))
			case factNode:
				l.byFact[t.fact] = appendNew(l.byFact[t.fact], int32(turn))
			}
		}
	}
	l.cache = make([]cached, len(l.Modes))
	return nil
}

// mode returns the whole failure mode number i of the layer.
func (l *layer) mode(i int) (*prepared, error) {
	c := &l.cache[i]
	c.once.Do(func() {
		m, err := l.texts(i)
		if err == nil {
			c.mode, err = prepare(m)
		}
		c.err = err
	})
	return c.mode, c.err
}

// find returns the layer and number of an id or a former id.
func (b *Base) find(id string) (*layer, int, bool) {
	for _, former := range []bool{false, true} {
		for n := len(b.layers) - 1; n >= 0; n-- {
			l := b.layers[n]
			for i := range l.Modes {
				if l.hidden[l.Modes[i].ID] {
					continue
				}
				if !former && l.Modes[i].ID == id || former && slices.Contains(l.Modes[i].Formerly, id) {
					return l, i, true
				}
			}
		}
	}
	return nil, 0, false
}

// Lookup returns the failure mode called id, or formerly so.
func (b *Base) Lookup(id string) (*FailureMode, bool) {
	l, i, ok := b.find(strings.TrimSpace(id))
	if !ok {
		return nil, false
	}
	m, err := l.mode(i)
	if err != nil {
		return nil, false
	}
	return m.FailureMode, true
}

// A Listed is one line of the list of failure modes.
type Listed struct {
	ID       string   `json:"id"`
	Title    string   `json:"title"`
	Systems  []string `json:"systems"`
	Severity Severity `json:"severity"`
	Version  int      `json:"version"`
}

// List returns all failure modes, ordered by id; with a system, those that name
// it (case ignored, part of the name suffices).
func (b *Base) List(system string) []Listed {
	var all []Listed
	for _, l := range b.layers {
		for i := range l.Modes {
			m := &l.Modes[i]
			if l.hidden[m.ID] || !names(m.Systems, system) {
				continue
			}
			all = append(all, Listed{m.ID, m.Title, m.Systems, m.Severity, m.Version})
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i].ID < all[j].ID })
	return all
}

func names(systems []string, system string) bool {
	for _, s := range systems {
		if strings.Contains(strings.ToLower(s), strings.ToLower(system)) {
			return true
		}
	}
	return system == ""
}

// Generation identifies the content of the base: equal content, equal
// generation.
func (b *Base) Generation() string { return b.generation }
