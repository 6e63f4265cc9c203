"""The `dind` driver: the sandbox daemon in a container of the user's own Docker Engine.

That engine is asked only for one container, one volume and one network, all with the sandbox's
label. Commands never go to it: they go to the daemon inside the container, over TLS.
"""
