"""What needs both an artefact and its sources: rows rendered again, builds verified, families of builds, the way back from stubs.

rerender    chosen rows of a build, made again from the source files
verify      is a build what it says it is: the files alone, then against the sources
sealed      what stands in a published mixture for a row that may not leave, and how the row comes back
hydrate     a published mixture with stubs, made whole by whoever has the corpora
sweep       one recipe cut into a family of builds of one size, for ablations
"""
