package terminal

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"authfix/knowledge"
)

// Why prints, clause by clause, why a failure mode did or did not match.
func Why(w io.Writer, y knowledge.Why, s Style) error {
	p := printer{bufio.NewWriter(w), s}
	p.WriteString(p.paint(bold, y.ID) + "  " + p.verdict(y.Verdict) + "\n")
	if y.Beaten != "" {
		p.WriteString("It matched, but " + y.Beaten + " stands over it.\n")
	}
	for i, sig := range y.Signatures {
		held := p.paint(red, "no")
		if sig.Holds {
			held = p.paint(green, "holds")
		}
		fmt.Fprintf(p, "\nSignature %d, gives %s: %s\n", i+1, sig.Gives, held)
		if sig.Stance != knowledge.Reported {
			fmt.Fprintf(p, "  lowered: the text reads as %s\n", sig.Stance)
		}
		if sig.Reach != "" {
			fmt.Fprintf(p, "  %s\n", sig.Reach)
		}
		p.clause(&sig.Clause, 1)
	}
	return p.Flush()
}

func (p printer) clause(c *knowledge.WhyClause, depth int) {
	mark := p.paint(red, "✗")
	if c.Holds {
		mark = p.paint(green, "✓")
	}
	pad := strings.Repeat("  ", depth)
	fmt.Fprintf(p, "%s%s %s\n", pad, mark, plain(c.What))
	for _, e := range c.At {
		where := fmt.Sprintf("line %d, bytes %d–%d", e.Line, e.Start, e.End)
		if e.Line == 0 {
			where = e.Source
		}
		fmt.Fprintf(p, "%s    %s: %s\n", pad, p.paint(faint, where), plain(string(e.Text)))
	}
	if c.Nearest != "" {
		fmt.Fprintf(p, "%s    nearest: %s\n", pad, plain(c.Nearest))
	}
	for i := range c.Kids {
		p.clause(&c.Kids[i], depth+1)
	}
}
