package terminal

import (
	"fmt"
	"io"
	"strings"

	"authfix/knowledge"
)

// Why prints, clause by clause, why a failure mode did or did not match.
func Why(w io.Writer, y knowledge.Why, s Style) error {
	p := newPrinter(w, s)
	p.headline(y.ID, string(y.Verdict), verdictCode(y.Verdict))
	if y.Beaten != "" {
		p.put("It matched, but " + Plain(y.Beaten) + " stands over it.")
	}
	for i, sig := range y.Signatures {
		held := p.paint(red, "does not hold")
		if sig.Holds {
			held = p.paint(green, "holds")
		}
		p.put("")
		p.put(fmt.Sprintf("Signature %d, gives %s: %s", i+1, sig.Gives, held))
		if sig.Stance != knowledge.Reported {
			p.put("  lowered: the text reads as " + string(sig.Stance))
		}
		if sig.Reach != "" {
			p.put("  " + Plain(sig.Reach))
		}
		p.clause(&sig.Clause, 1)
	}
	return p.Flush()
}

func (p printer) clause(c *knowledge.WhyClause, depth int) {
	mark, code := "✗ ", red
	if c.Holds {
		mark, code = "✓ ", green
	}
	pad := strings.Repeat("  ", depth)
	p.under(pad, p.paint(code, mark), c.What, "")
	for _, e := range c.At {
		where := fmt.Sprintf("line %d, bytes %d–%d: ", e.Line, e.Start, e.End)
		if e.Line == 0 {
			where = e.Source + ": "
		}
		p.under(pad+"  ", "", where+string(e.Text), faint)
	}
	if c.Nearest != "" {
		p.under(pad+"  ", "", "nearest: "+c.Nearest, faint)
	}
	for i := range c.Kids {
		p.clause(&c.Kids[i], depth+1)
	}
}

// under writes a text that hangs two columns behind pad, with a mark of two
// columns, or none, before it.
func (p printer) under(pad, mark, text, code string) {
	if mark == "" {
		mark = "  "
	}
	for _, line := range fold(Plain(text), p.Columns-len(pad)-2) {
		p.put(pad + mark + p.paint(code, line))
		mark = "  "
	}
}
