.PHONY: types
types:
	mkdir -p build/types && ln -sfn ../.. build/types/leadwright
	MYPYPATH=build/types mypy -m leadwright -p leadwright.grammar -p leadwright.engine -p leadwright.web -p leadwright.rulesets
