package knowledge

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"authfix/knowledge/analyze"
	"authfix/knowledge/clean"
	"authfix/knowledge/match"
	"authfix/knowledge/statement"
	"authfix/knowledge/strictyaml"
)

// minLiteral is how many bytes of [A-Za-z0-9_] a signature must be able to rest
// on, unless it is for pastes only: shorter literals cost a scan of whole files
// its speed.
const minLiteral = 8

// minPhrase is how many letters a phrase has at the least: fewer stand together
// by chance.
const minPhrase = 12

var idPattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)+$`)

// validation collects the complaints about one file.
type validation struct {
	file  string
	lines strictyaml.Lines
	out   *Complaints
}

func (v *validation) complain(at, message, do string) {
	*v.out = append(*v.out, strictyaml.Complaint{File: v.file, Line: v.lines.Of(at), Path: at, Message: message, Do: do})
}

func (v *validation) need(at, text string, most int) {
	switch n := utf8.RuneCountInString(strings.TrimSpace(text)); {
	case n == 0:
		v.complain(at, "is missing", "write it")
	case n > most:
		v.complain(at, fmt.Sprintf("has %d characters, more than %d", n, most), "shorten it")
	}
}

func (v *validation) oneOf(at, value string, known ...string) bool {
	if slices.Contains(known, value) {
		return true
	}
	v.complain(at, fmt.Sprintf("%q is not known here", value), strictyaml.Suggest(value, known))
	return false
}

// LoadOver reads the failure modes below path, as [LoadFolder] does, and
// validates them as a layer over base. An error of type [Complaints] holds every
// mistake of all files, ordered by file and line.
func LoadOver(base *Base, path string) (*Sources, error) {
	s, err := LoadFolder(path)
	var all, more Complaints
	if err != nil && !errors.As(err, &all) {
		return nil, err
	}
	if errors.As(s.Validate(base), &more) {
		all = append(all, more...)
	}
	if len(all) == 0 {
		return s, nil
	}
	slices.SortStableFunc(all, func(a, b strictyaml.Complaint) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return s, all
}

// Validate checks everything that one file or the set of them must fulfil and
// returns every complaint at once, or nil. below is the base over which the set
// will lie; nil for the built-in one.
func (s *Sources) Validate(below *Base) error {
	var out Complaints
	ids := map[string]string{}
	for i := range s.modes {
		m := &s.modes[i].Value
		for _, id := range append([]string{m.ID}, m.Formerly...) {
			v := validation{s.modes[i].File, s.modes[i].Lines, &out}
			if other, taken := ids[id]; taken && id != "" {
				v.complain("id", id+" is also the id (or a former id) of "+other, "choose another; ids are never reused")
			}
			ids[id] = s.modes[i].File
		}
	}
	known := func(id string) bool {
		if _, ok := ids[id]; ok {
			return true
		}
		if below == nil {
			return false
		}
		_, _, ok := below.find(id)
		return ok
	}
	facts := map[string]bool{}
	for _, t := range analyze.Vocabulary {
		facts[t.Name] = true
	}
	for i := range s.modes {
		v := validation{s.modes[i].File, s.modes[i].Lines, &out}
		v.mode(&s.modes[i].Value, known, facts)
	}
	for i := range s.questions {
		v := validation{s.questions[i].File, s.questions[i].Lines, &out}
		v.question(&s.questions[i].Value, facts)
	}
	for i := range s.topics {
		v := validation{s.topics[i].File, s.topics[i].Lines, &out}
		v.topic(&s.topics[i].Value)
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

func (v *validation) mode(m *FailureMode, known func(string) bool, facts map[string]bool) {
	if !idPattern.MatchString(m.ID) {
		v.complain("id", fmt.Sprintf("%q is no id", m.ID), "use lower case words joined by '-', the system first")
	} else if base := strings.TrimSuffix(path.Base(v.file), ".yaml"); base != m.ID {
		v.complain("id", m.ID+" does not fit the file's name", "call the file "+m.ID+".yaml")
	}
	v.need("title", m.Title, 90)
	if strings.HasSuffix(strings.TrimSpace(m.Title), ".") {
		v.complain("title", "ends in a full stop", "remove it")
	}
	if len(m.Systems) == 0 {
		v.complain("systems", "is missing", "name the products at which it is seen")
	}
	v.oneOf("severity", string(m.Severity), string(High), string(Medium), string(Low))
	if m.Version < 1 {
		v.complain("version", "must be 1 or more", "begin with version: 1")
	}
	v.need("cause", m.Cause, 600)
	v.need("effect", m.Effect, 600)
	for i, c := range m.Causes {
		at := fmt.Sprintf("causes[%d]", i)
		v.need(at+".text", c.Text, 600)
		if c.When != nil {
			v.clauses(at+".when", c.When.All, c.When.Any, c.When.None, facts)
		}
	}
	if len(m.Signatures) == 0 {
		v.complain("signatures", "is missing", "without one the failure mode is never recognised")
	}
	groups := map[string]bool{}
	for i := range m.Signatures {
		v.signature(fmt.Sprintf("signatures[%d]", i), &m.Signatures[i], facts, groups)
	}
	for _, field := range []struct {
		name string
		list []string
	}{{"over", m.Over}, {"explains", m.Explains}} {
		for i, id := range field.list {
			if at := fmt.Sprintf("%s[%d]", field.name, i); id == m.ID {
				v.complain(at, "names the failure mode itself", "remove it")
			} else if !known(id) {
				v.complain(at, id+" is no failure mode", "correct or remove it")
			}
		}
	}
	for i, n := range m.Needs {
		at := fmt.Sprintf("needs[%d]", i)
		v.fact(at+".fact", n.Fact, facts)
		v.need(at+".how", n.How, 400)
	}
	if len(m.Checks) == 0 {
		v.complain("checks", "is missing", "say how to make sure")
	}
	for i := range m.Checks {
		v.check(fmt.Sprintf("checks[%d]", i), &m.Checks[i], facts, groups)
	}
	v.remedies(m)
	v.references("references", m.References)
	v.examples(m, known)
}

func (v *validation) remedies(m *FailureMode) {
	fix := false
	for i, r := range m.Remedies {
		at := fmt.Sprintf("remedies[%d]", i)
		v.oneOf(at+".kind", string(r.Kind), string(Workaround), string(Fix), string(Escalation))
		fix = fix || r.Kind == Fix
		if len(r.Steps) == 0 {
			v.complain(at+".steps", "is missing", "write what to do, step by step")
		}
		for k, s := range r.Steps {
			v.need(fmt.Sprintf("%s.steps[%d]", at, k), s, 500)
		}
	}
	if !fix {
		v.complain("remedies", "has no fix", "add one of kind: fix")
	}
}

func (v *validation) references(at string, list []Reference) {
	if len(list) == 0 {
		v.complain(at, "is missing", "name where the facts are written")
	}
	for i, r := range list {
		at := fmt.Sprintf("%s[%d]", at, i)
		v.need(at+".title", r.Title, 200)
		if !strings.HasPrefix(r.URL, "https://") && !strings.HasPrefix(r.URL, "http://") {
			v.complain(at+".url", "is no URL", "write it with https://")
		}
		if _, err := time.Parse(time.DateOnly, r.Read); err != nil {
			v.complain(at+".read", "is no date", "write the day it was read as 2006-01-02")
		}
	}
}

func (v *validation) fact(at, name string, facts map[string]bool) {
	if facts[name] {
		return
	}
	// The whole vocabulary is too long for a line: the facts of the same family, or the families.
	family, _, _ := strings.Cut(name, ".")
	var known, near, families []string
	for _, f := range slices.Sorted(maps.Keys(facts)) {
		known = append(known, f)
		first, _, _ := strings.Cut(f, ".")
		families = appendNew(families, first+".…")
		if first == family {
			near = append(near, f)
		}
	}
	do := strictyaml.Suggest(name, known)
	switch {
	case strings.HasPrefix(do, "did you mean"):
	case len(near) > 0:
		do = strictyaml.Suggest(name, near)
	default:
		do = "facts are called " + strings.Join(families, ", ")
	}
	v.complain(at, fmt.Sprintf("%q is no fact", name), do)
}

func (v *validation) signature(at string, s *Signature, facts, groups map[string]bool) {
	v.oneOf(at+".gives", string(s.Gives), string(Certain), string(Likely), string(Unsure))
	if s.Within < 0 || s.Within > defaultWithin {
		v.complain(at+".within", fmt.Sprintf("must be 1 to %d", defaultWithin), "leave it out for the default")
	}
	if len(s.All) == 0 && len(s.Any) == 0 {
		v.complain(at, "matches every text: it has neither all nor any", "add a clause that must hold")
		return
	}
	v.clauses(at, s.All, s.Any, s.None, facts)
	for _, list := range [][]Clause{s.All, s.Any} {
		eachClause(list, func(c *Clause) {
			if re, err := regexp.Compile(c.Regexp); err == nil {
				for _, name := range re.SubexpNames() {
					groups[name] = true
				}
			}
		})
	}
	if !s.PasteOnly && anchor(Clause{All: s.All, Any: s.Any}) < minLiteral {
		v.complain(at, fmt.Sprintf("rests on no literal of %d letters, digits or '_'", minLiteral), "add one, rest it on a fact, or say paste_only: true")
	}
}

// anchor is the length of the literal on which a clause rests at the least; a
// fact counts as anchored, its analyzer has a keyword.
func anchor(c Clause) int {
	switch {
	case c.Literal != "":
		return match.Anchor(match.Pattern{Literal: c.Literal})
	case c.Regexp != "":
		return match.Anchor(match.Pattern{Regexp: c.Regexp})
	case c.Fact != "" || c.Phrase != "":
		return minLiteral
	}
	best := 0
	for _, k := range c.All {
		best = max(best, anchor(k))
	}
	if len(c.Any) > 0 {
		least := anchor(c.Any[0])
		for _, k := range c.Any[1:] {
			least = min(least, anchor(k))
		}
		best = max(best, least)
	}
	return best
}

func (v *validation) clauses(at string, all, any, none []Clause, facts map[string]bool) {
	for _, group := range []struct {
		name string
		list []Clause
	}{{"all", all}, {"any", any}, {"none", none}} {
		for i := range group.list {
			v.clause(fmt.Sprintf("%s.%s[%d]", at, group.name, i), &group.list[i], facts)
		}
	}
}

func (v *validation) clause(at string, c *Clause, facts map[string]bool) {
	kinds := 0
	for _, set := range []bool{c.Literal != "", c.Regexp != "", c.Phrase != "", c.Fact != "", len(c.All)+len(c.Any)+len(c.None) > 0} {
		kinds += b2i(set)
	}
	if kinds != 1 {
		v.complain(at, "must be exactly one of literal, regexp, phrase, fact, or all/any/none", "split it into several clauses")
		return
	}
	switch {
	case c.Regexp != "":
		if _, err := match.Needs(match.Pattern{Regexp: c.Regexp}); err != nil {
			v.complain(at+".regexp", err.Error(), "RE2 syntax, one line, case is folded already")
		}
	case c.Phrase != "":
		if n := len(clean.Bones(c.Phrase)); n < minPhrase {
			v.complain(at+".phrase", fmt.Sprintf("has %d ASCII letters, fewer than %d", n, minPhrase), "give more of the sentence, or use regexp")
		}
	case c.Fact != "":
		v.fact(at+".fact", c.Fact, facts)
		v.values(at, c)
	}
	if c.Fact == "" && (c.Is != "" || c.In != nil || c.Not != nil || c.Above != nil || c.Below != nil) {
		v.complain(at, "is, in, not, above and below go with fact", "remove them or add fact")
	}
	if c.Times != 0 && (c.Times < 2 || c.Literal == "" && c.Regexp == "") {
		v.complain(at+".times", "must be 2 or more and goes with literal or regexp", "remove it")
	}
	v.clauses(at, c.All, c.Any, c.None, facts)
}

// values checks the values of an enumeration.
func (v *validation) values(at string, c *Clause) {
	for _, t := range analyze.Vocabulary {
		if t.Name != c.Fact || t.Values == nil {
			continue
		}
		for _, value := range slices.Concat([]string{c.Is}, c.In, c.Not) {
			if value != "" {
				v.oneOf(at, value, t.Values...)
			}
		}
	}
}

func (v *validation) check(at string, c *Check, facts, groups map[string]bool) {
	v.need(at+".text", c.Text, 400)
	if !v.oneOf(at+".language", string(c.Language), string(NoLanguage), string(SQL), string(Shell), string(HTTP), string(JQL)) {
		return
	}
	if (c.Language == NoLanguage) != (len(c.Statements) == 0) {
		v.complain(at+".statements", "a language needs statements, and language: none has none", "")
	}
	defined := map[string]bool{}
	for i, p := range c.Parameters {
		at := fmt.Sprintf("%s.parameters[%d]", at, i)
		defined[p.Name] = true
		if err := statement.CheckType(p.Type); err != nil {
			v.complain(at+".type", err.Error(), "")
		}
		if p.Capture == (p.Fact != "") {
			v.complain(at, "must come from exactly one of capture and fact", "")
		}
		if p.Capture && !groups[p.Name] {
			v.complain(at+".name", "no signature captures (?P<"+p.Name+">…)", "name the group so, or take the value from a fact")
		}
		if p.Fact != "" {
			v.fact(at+".fact", p.Fact, facts)
		}
		if _, err := regexp.Compile(p.Pattern); err != nil {
			v.complain(at+".pattern", "is no regular expression", err.Error())
		}
		v.need(at+".how", p.How, 400)
	}
	dialects := map[string]bool{}
	for i, s := range c.Statements {
		at := fmt.Sprintf("%s.statements[%d]", at, i)
		t, err := statement.Parse(string(c.Language), s.Dialect, s.Statement)
		if err != nil {
			v.complain(at+".statement", err.Error(), "")
			continue
		}
		if dialects[s.Dialect] {
			v.complain(at+".dialect", s.Dialect+" stands twice", "remove one")
		}
		dialects[s.Dialect] = true
		for _, name := range t.Names() {
			if !defined[name] {
				v.complain(at+".statement", "{"+name+"} is no parameter of the check", "add it to parameters, or write {{ for a brace")
			}
		}
	}
	if c.Language == SQL {
		for _, dialect := range []string{"postgres", "mysql", "oracle", "mssql"} {
			if !dialects[dialect] {
				v.complain(at+".statements", "lacks the "+dialect+" dialect", "write it for all four databases")
			}
		}
	}
}
