package main

import (
	"crypto/x509"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"time"
	_ "time/tzdata" // time zones by name in an empty container

	_ "golang.org/x/crypto/x509roots/fallback" // TLS roots in an empty container

	"authfix/knowledge"
)

type versionCommand struct {
	Runtime bool `help:"Also say whether TLS roots and time zones are at hand here."`
}

func (c *versionCommand) Run(p *program) error {
	version, revision := "development", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		if info.Main.Version != "" && info.Main.Version != "(devel)" {
			version = info.Main.Version
		}
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				revision = " " + s.Value
			}
		}
	}
	base, err := knowledge.Builtin()
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "authfix %s%s\nknowledge base %s, %d failure modes\n%s %s/%s\n", version, revision, base.Generation(), len(base.List("")), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	if !c.Runtime {
		return nil
	}
	roots, err := x509.SystemCertPool()
	if err != nil {
		return fmt.Errorf("TLS roots: %w", err)
	}
	if roots.Equal(x509.NewCertPool()) {
		return errors.New("TLS roots: there are none")
	}
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		return fmt.Errorf("time zones: %w", err)
	}
	_, offset := time.Date(2026, 7, 1, 0, 0, 0, 0, zone).Zone()
	fmt.Fprintf(p.stdout, "TLS roots are at hand\ntime zone Europe/Berlin is UTC%+d in July\n", offset/3600)
	return nil
}
