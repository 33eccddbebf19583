package analyze

import (
	"sync"
	"time"
)

// productAnalyzer tells which products a record names or stems from.
func productAnalyzer() Analyzer {
	return Analyzer{
		Name: "product",
		Doc: "Which products a text names or whose log it is, in which version, in the cloud or on one's own machines, " +
			"and by what one sees that Atlassian's code was involved.",
		Keywords: productKeywords(),
		Run:      runProduct,
	}
}

var productLexicon = sync.OnceValue(func() *lexicon { return newLexicon(productPhrases()) })

// runProduct goes through the rows twice: once for what stands there by
// itself, then for what means something only beside it ("aha", "self-hosted").
func runProduct(rec Record, _ time.Time) ([]Fact, []Finding) {
	p := productReader{gathering: gathering{analyzer: "product"}, strongest: len(signStrength)}
	lex := productLexicon()
	for _, row := range rec.Rows {
		p.row = row
		lex.scan(row.Text, p.hit)
	}
	for _, h := range p.later {
		p.row = h.row
		p.settle(h)
	}
	if p.strongest < len(signStrength) {
		p.add("product.atlassian", signStrength[p.strongest], p.sign.start, p.sign.end)
	}
	return p.facts, p.findings
}

// signStrength lists the values of product.atlassian, strongest first.
var signStrength = [...]string{"package", "path", "header", "applink", "product"}

const (
	byPackage = iota
	byPath
	byHeader
	byApplink
	byProduct
)

type productReader struct {
	gathering
	row       Row
	strongest int // index into signStrength of the strongest sign so far
	sign      struct{ start, end int }
	later     []productHit
	aha       bool // a word of Aha!'s surroundings stands in the record
	atlassian bool // an Atlassian product is named
	other     bool // only some other product is named
}

type productHit struct {
	row        Row
	id         int
	start, end int
}

func (p *productReader) hit(id, start, end int) {
	text, at := p.row.Text, p.row.Start
	m := productGroups[id].meaning
	if m.refuse != nil && m.refuse(text, start, end) || isAtlassian(m.name) && isDocumentation(text, start, end) {
		return
	}
	if m.later {
		// Bounded: a text of nothing but such words says no more after a while.
		if len(p.later) < 4*Max {
			p.later = append(p.later, productHit{p.row, id, start, end})
		}
		return
	}
	p.state(m, start+at, end+at)
	if m.aha {
		p.aha = true
	}
	if m.name != "" && m.log == "" && !m.library {
		p.qualify(m.name, start, end)
	}
}

// state records what a meaning says, read at [start, end) of the document.
func (p *productReader) state(m meaning, start, end int) {
	p.add("product.name", m.name, start, end)
	p.add("product.log", m.log, start, end)
	p.add("product.deployment", m.deployment, start, end)
	if m.name != "" {
		if isAtlassian(m.name) {
			p.atlassian = true
			p.strengthen(byProduct, start, end)
		} else {
			p.other = true
		}
	}
	if m.sign >= 0 {
		p.strengthen(m.sign, start, end)
	}
}

func (p *productReader) strengthen(sign, start, end int) {
	if sign < p.strongest {
		p.strongest = sign
		p.sign.start, p.sign.end = start, end
	}
}

// settle decides a hit that depends on the rest of the record.
func (p *productReader) settle(h productHit) {
	m := productGroups[h.id].meaning
	start, end := h.start+h.row.Start, h.end+h.row.Start
	switch {
	case m.name == "aha":
		if isAha(h.row.Text, h.start, h.end, p.aha) {
			p.state(m, start, end)
		}
	case m.name == "crowd" && m.log == "":
		if isCrowd(h.row.Text, h.start, h.end, p.atlassian) {
			p.state(m, start, end)
			p.qualify(m.name, h.start, h.end)
		}
	case m.log == "crowd":
		// Every Atlassian product embeds Crowd's packages for its directories.
		if p.count("product.log") == 0 {
			p.state(m, start, end)
		}
	case m.deployment != "":
		if p.atlassian || !p.other {
			p.state(m, start, end)
		}
	}
}

// isAtlassian reports whether a product comes from Atlassian.
func isAtlassian(name string) bool {
	switch name {
	case "jira", "confluence", "bitbucket", "bamboo", "crowd", "fisheye", "crucible", "trello", "opsgenie", "statuspage", "sourcetree":
		return true
	}
	return false
}
