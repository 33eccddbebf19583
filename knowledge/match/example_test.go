package match_test

import (
	"fmt"
	"log"

	"authfix/knowledge/match"
)

func Example() {
	set, err := match.Compile([]match.Pattern{
		{Literal: "Bad credentials (401)"},
		{Regexp: `Could not find user/organization (?P<org>\S+)`},
	})
	if err != nil {
		log.Fatal(err)
	}
	text := []byte("bad credentials (401)\ncould not find user/organization ORG1234\n")
	var scratch match.Scratch
	for _, hit := range set.Scan(text, &scratch) {
		fmt.Printf("%d: %s\n", hit.Pattern, text[hit.Start:hit.End])
		for i, name := range set.Names(hit.Pattern) {
			if name != "" {
				fmt.Printf("   %s = %s\n", name, text[hit.Groups[2*i]:hit.Groups[2*i+1]])
			}
		}
	}
	// Output:
	// 0: bad credentials (401)
	// 1: could not find user/organization ORG1234
	//    org = ORG1234
}
